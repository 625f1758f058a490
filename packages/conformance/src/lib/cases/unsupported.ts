import type { NetworkOptions, Transport } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, type Capability, defineCases } from "../conformance-case.ts";
import { ConformanceError } from "../conformance-error.ts";
import { expectEqual } from "../expect.ts";
import { misdeclared } from "../misdeclared.ts";
import { describeError } from "../observed-exchange.ts";
import { respondEmpty } from "./respond.ts";
import { expectNoSecret } from "./secrets.ts";
import { expectUnconnected } from "./unasked.ts";

/** A case in which the factory must refuse an option, as the capability is not declared. */
function refused(
  name: string,
  capability: Capability,
  options: (origin: string) => NetworkOptions | Promise<NetworkOptions>,
): CaseDefinition {
  return {
    id: `unsupported.${name}`,
    title: `without ${capability} declared, the factory refuses the option as \`unsupported\``,
    needs: [`!${capability}`],
    spec: "contract 1: an option a transport cannot honour throws `unsupported` at construction",
    async run(context: CaseContext) {
      const server = await context.serve(respondEmpty);
      const asked = await options(server.origin);
      expectRefusal(() => context.create(asked), Object.keys(asked).join(" and "));
      await expectUnconnected(server);
    },
  };
}

function expectRefusal(create: () => Transport, asked: string): void {
  const expected = `the factory to throw \`unsupported\` when asked for ${asked}`;
  let transport: Transport;
  try {
    transport = create();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "unsupported") return expectNoSecret(error);
    throw new ConformanceError(expected, `it threw ${describeError(error)}`, { cause: error });
  }
  throw new ConformanceError(expected, `it returned a transport named ${transport.name}`);
}

const proxy = (scheme: string) => (origin: string) => ({
  proxy: origin.replace("http://", `${scheme}://user:s3cret-proxy@`),
});

/** What is not declared is refused, before anything is connected to: a lie in either direction shows. */
export const unsupportedCases: readonly ConformanceCase[] = defineCases("unsupported", [
  refused("http2", "http2", () => ({ httpVersion: "2" })),
  refused("http3", "http3", () => ({ httpVersion: "3" })),
  refused("proxy-http", "proxy:http", proxy("http")),
  refused("proxy-https", "proxy:https", proxy("https")),
  refused("proxy-socks5", "proxy:socks5", proxy("socks5")),
  refused("proxy-socks5h", "proxy:socks5h", proxy("socks5h")),
  refused("unix-socket", "unixSocket", () => ({ unixSocket: "/tmp/headrace-there-is-no-such.sock" })),
  refused("custom-ca", "customCa", async () => ({ ca: (await certificates()).ca })),
  refused("client-certificate", "clientCertificate", async () => (await certificates()).client),
  refused("insecure", "insecure", () => ({ insecure: true })),
  refused("resolve", "resolve", (origin) => ({ resolve: { [new URL(origin).host]: "127.0.0.1" } })),
  {
    id: "unsupported.send-sync",
    title: "sendSync is there exactly where `sync` is declared",
    spec: "contract 1",
    async run({ transport, supports }) {
      expectEqual("typeof sendSync", typeof transport().sendSync, supports.sync === true ? "function" : "undefined");
    },
  },
  {
    id: "unsupported.contract",
    title: "`supports` names the contract's version, and the transport its stack",
    spec: "contract 1",
    async run({ transport, supports }) {
      expectEqual("supports.contract", supports.contract, 1);
      expectEqual("capabilities declared in other words than the contract's", misdeclared(supports), {});
      const { name, version }: Record<"name" | "version", unknown> = transport();
      const areWords = [name, version].map((text) => typeof text === "string" && text !== "");
      expectEqual("name and version are words", areWords, [true, true]);
      expectEqual("supports survives JSON", JSON.parse(JSON.stringify(supports)) as unknown, { ...supports });
    },
  },
]);
