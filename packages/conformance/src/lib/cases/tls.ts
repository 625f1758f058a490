import type { NetworkOptions } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { type Certificates, certificates, demandingClient } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, type Need, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { ok } from "../http-text.ts";
import type { ScriptedServer, ScriptedServerOptions } from "../scripted-server.ts";
import { respond } from "./respond.ts";
import { expectRequests } from "./unasked.ts";

type Tls = NonNullable<ScriptedServerOptions["tls"]>;
const answer = respond(ok("Content-Length: 2"), "ok");

interface Handshake {
  readonly name: string;
  readonly title: string;
  readonly needs?: readonly Need[];
  readonly server: (made: Certificates) => Tls;
  readonly client?: (made: Certificates) => NetworkOptions;
  readonly spec?: string;
}

async function serveAndConnect(
  context: CaseContext,
  { server, client }: Handshake,
): Promise<[ScriptedServer, ReturnType<CaseContext["send"]>]> {
  const made = await certificates();
  const scripted = await context.serve(answer, { tls: server(made) });
  return [scripted, context.send(scripted.url(), { transport: context.create(client?.(made) ?? {}) })];
}

/** A case in which the handshake must fail as `tls`, before a byte of the request is sent. */
function refused(handshake: Handshake): CaseDefinition {
  return {
    id: `tls.${handshake.name}`,
    title: handshake.title,
    needs: handshake.needs ?? [],
    spec: handshake.spec ?? "contract 7, row 4; contract 10",
    async run(context: CaseContext) {
      const [server, exchange] = await serveAndConnect(context, handshake);
      await exchange.fails("tls");
      await expectRequests(context, server);
    },
  };
}

/** A case in which the handshake must succeed. */
function accepted(handshake: Handshake): CaseDefinition {
  return {
    id: `tls.${handshake.name}`,
    title: handshake.title,
    needs: handshake.needs ?? [],
    spec: handshake.spec ?? "contract 1: NetworkOptions",
    async run(context: CaseContext) {
      const [, exchange] = await serveAndConnect(context, handshake);
      await exchange.ends("ok");
    },
  };
}

/** TLS: what is not trusted is refused before a byte of the request leaves. */
export const tlsCases: readonly ConformanceCase[] = defineCases("tls", [
  refused({
    name: "self-signed",
    title: "a self-signed certificate is refused",
    server: ({ selfSigned }) => selfSigned,
  }),
  refused({
    name: "unknown-ca",
    title: "a certificate of an unknown authority is refused",
    server: ({ server }) => server,
  }),
  accepted({
    name: "custom-ca",
    title: "with `ca` the certificates of that authority are accepted",
    needs: ["customCa"],
    server: ({ server }) => server,
    client: ({ ca }) => ({ ca }),
  }),
  accepted({
    name: "custom-ca-bytes",
    title: "`ca` may be bytes",
    needs: ["customCa"],
    server: ({ server }) => server,
    client: ({ ca }) => ({ ca: new TextEncoder().encode(ca) }),
  }),
  accepted({
    name: "custom-ca-bundle",
    title: "`ca` may hold several certificates, the right one last",
    needs: ["customCa"],
    server: ({ server }) => server,
    client: ({ ca, selfSigned }) => ({ ca: `${selfSigned.cert}\n${ca}\n` }),
  }),
  refused({
    name: "custom-ca-self-signed",
    title: "with `ca` a self-signed certificate is still refused",
    needs: ["customCa"],
    server: ({ selfSigned }) => selfSigned,
    client: ({ ca }) => ({ ca }),
  }),
  refused({
    name: "hostname",
    title: "a trusted certificate for another name is refused",
    needs: ["customCa"],
    server: ({ wrongName }) => wrongName,
    client: ({ ca }) => ({ ca }),
  }),
  refused({
    name: "expired",
    title: "an expired certificate is refused",
    needs: ["customCa"],
    server: ({ expired }) => expired,
    client: ({ ca }) => ({ ca }),
  }),
  refused({
    name: "not-yet-valid",
    title: "a certificate that is not yet valid is refused",
    needs: ["customCa"],
    server: ({ notYetValid }) => notYetValid,
    client: ({ ca }) => ({ ca }),
  }),
  refused({
    name: "address-not-named",
    title: "a certificate for `localhost` alone is refused where the URL has an address",
    needs: ["customCa"],
    server: ({ nameOnly }) => nameOnly,
    client: ({ ca }) => ({ ca }),
    spec: "RFC 9110 4.3.5: an IP-ID",
  }),
  refused({
    name: "version",
    title: "a server that has nothing newer than TLS 1.1 is refused",
    needs: ["customCa"],
    server: ({ server }) => ({ ...server, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    client: ({ ca }) => ({ ca }),
    spec: "RFC 8996; contract 7, row 4",
  }),
  accepted({
    name: "insecure",
    title: "with `insecure` a self-signed certificate is accepted",
    needs: ["insecure"],
    server: ({ selfSigned }) => selfSigned,
    client: () => ({ insecure: true }),
  }),
  accepted({
    name: "insecure-hostname",
    title: "with `insecure` the name is not checked either",
    needs: ["insecure"],
    server: ({ wrongName }) => wrongName,
    client: () => ({ insecure: true }),
    spec: "contract 10: the certificate and the host name check",
  }),
  accepted({
    name: "client-certificate",
    title: "a client certificate is presented",
    needs: ["customCa", "clientCertificate"],
    server: demandingClient,
    client: ({ ca, client }) => ({ ca, cert: client.cert, key: client.key }),
  }),
  accepted({
    name: "client-certificate-bytes",
    title: "`cert` and `key` may be bytes",
    needs: ["customCa", "clientCertificate"],
    server: demandingClient,
    client: ({ ca, client }) => {
      const [cert, key] = [client.cert, client.key].map((text) => new TextEncoder().encode(text));
      return { ca, ...(cert && key && { cert, key }) };
    },
  }),
  refused({
    name: "client-certificate-missing",
    title: "a server that demands a client certificate and gets none is `tls`",
    needs: ["customCa"],
    server: demandingClient,
    client: ({ ca }) => ({ ca }),
  }),
  {
    id: "tls.custom-ca-is-its-own",
    title: "what one transport trusts another does not",
    needs: ["customCa"],
    spec: "contract 1",
    async run(context) {
      const { ca, server } = await certificates();
      const scripted = await context.serve(answer, { tls: server });
      await context.send(scripted.url(), { transport: context.create({ ca }) }).ends("ok");
      await context.send(scripted.url(), { transport: context.create() }).fails("tls");
    },
  },
  {
    id: "tls.kept-connection-name",
    title: "a connection kept for one name is not used for another that its certificate does not have",
    needs: ["customCa"],
    spec: "RFC 9110 4.3.4; contract 10",
    async run(context) {
      const { ca, nameOnly } = await certificates();
      const server = await context.serve(answer, { tls: nameOnly });
      const transport = context.create({ ca });
      await context.send(`https://localhost:${server.port}/`, { transport }).ends("ok");
      await context.send(`https://127.0.0.1:${server.port}/`, { transport }).fails("tls");
      await expectRequests(context, server, { count: 1, kept: 1 });
    },
  },
  {
    id: "tls.sni",
    title: "the handshake names the host, unless that is an address",
    needs: ["customCa"],
    spec: "RFC 6066 3; RFC 9110 4.3.4",
    async run(context) {
      const { ca, server: pair } = await certificates();
      const server = await context.serve(answer, { tls: pair });
      const transport = context.create({ ca });
      await context.send(`https://localhost:${server.port}/`, { transport }).ends("ok");
      await context.send(server.url(), { transport }).ends("ok");
      const names = server.connections.map(({ tls }) => tls?.servername || "none");
      expectEqual("the names in the handshakes", names, ["localhost", "none"]);
    },
  },
]);
