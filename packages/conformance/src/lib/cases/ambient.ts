import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { ok } from "../http-text.ts";
import { withEnvironment } from "./environment.ts";
import { respond, respondEmpty } from "./respond.ts";
import { expectRequests } from "./unasked.ts";

/** Runs `work` with a home folder that holds one file. */
async function withHomeFile(name: string, text: string, work: () => Promise<void>): Promise<void> {
  const home = join(tmpdir(), `headrace-${randomUUID().slice(0, 8)}`);
  await mkdir(home);
  try {
    await writeFile(join(home, name), text, { mode: 0o600 });
    const variables = {
      HOME: home,
      USERPROFILE: home,
      CURL_HOME: home,
      XDG_CONFIG_HOME: home,
      NETRC: join(home, name),
    };
    await withEnvironment(variables, work);
  } finally {
    await rm(home, { recursive: true });
  }
}

/** What the host could slip into a request; no transport reads it. Contract 10. */
export const ambientRequestCases: readonly ConformanceCase[] = defineCases("req", [
  {
    id: "req.netrc-ignored",
    title: "credentials of ~/.netrc are not sent",
    alone: true,
    spec: "contract 10",
    async run({ serve, create, send }) {
      const server = await serve(respondEmpty);
      await withHomeFile(".netrc", "default login user password s3cret\n", async () => {
        await send(server.url(), { transport: create() }).ends("");
      });
      expectEqual("Authorization", server.requests[0]?.values("authorization"), []);
    },
  },
  {
    id: "req.curlrc-ignored",
    title: "options of ~/.curlrc are not heeded",
    alone: true,
    spec: "contract 10",
    async run({ serve, create, send }) {
      const server = await serve(respondEmpty);
      const options = 'header = "X-From-Curlrc: yes"\nuser-agent = "curlrc"\n';
      await withHomeFile(".curlrc", options, async () => {
        await send(server.url(), { transport: create() }).ends("");
      });
      const [request] = server.requests;
      expectEqual("X-From-Curlrc", request?.values("x-from-curlrc"), []);
      expectEqual("User-Agent is the file's", request?.value("user-agent") === "curlrc", false);
    },
  },
  {
    id: "req.cookies-ignored",
    title: "a cookie that a response sets is not sent with the next request",
    needs: ["!ambient:cookies"],
    spec: "contract 10: no cookie store",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Set-Cookie: session=1; Path=/", "Content-Length: 2"), "ok"));
      await send(server.url()).ends("ok");
      await send(server.url()).ends("ok");
      expectEqual("Cookie", server.requests[1]?.values("cookie"), []);
    },
  },
]);

/** A case in which a variable would make a certificate good that is not; the handshake fails all the same. */
async function expectUntrusted(context: CaseContext, variables: Record<string, string>): Promise<void> {
  const { server: tls } = await certificates();
  const server = await context.serve(respondEmpty, { tls });
  await withEnvironment(variables, async () => {
    const exchange = context.send(server.url(), { transport: context.create() });
    await exchange.fails("tls");
  });
  await expectRequests(context, server);
}

/** What of the host's settings could switch the trust of certificates; only what `ambient` declares may. Contract 10. */
export const ambientTlsCases: readonly ConformanceCase[] = defineCases("tls", [
  {
    id: "tls.environment-verify",
    title: "NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch verification off",
    alone: true,
    needs: ["!ambient:tls-verify"],
    spec: "contract 10",
    async run(context) {
      const { emitWarning } = process;
      process.emitWarning = () => {}; // Node warns of the variable, once.
      try {
        await expectUntrusted(context, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
      } finally {
        process.emitWarning = emitWarning;
      }
    },
  },
  {
    id: "tls.environment-ca",
    title: "certificates that the environment names are not trusted",
    alone: true,
    needs: ["!ambient:ca"],
    spec: "contract 10",
    async run(context) {
      const { ca } = await certificates();
      const file = join(tmpdir(), `headrace-${randomUUID().slice(0, 8)}.pem`);
      await writeFile(file, ca);
      try {
        await expectUntrusted(context, { SSL_CERT_FILE: file, CURL_CA_BUNDLE: file, NODE_EXTRA_CA_CERTS: file });
      } finally {
        await rm(file);
      }
    },
  },
]);
