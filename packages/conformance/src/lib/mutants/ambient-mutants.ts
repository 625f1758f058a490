import { readFileSync } from "node:fs";
import { join } from "node:path";
import { referenceTransport } from "../reference-transport.ts";
import { asks, type Mutant, sends, withHeader } from "./mutant.ts";

function homeFile(name: string): string {
  try {
    return readFileSync(join(process.env["HOME"] ?? "", name), "latin1");
  } catch {
    return "";
  }
}

/** Settings of the host let in. */
export const ambientMutants: readonly Mutant[] = [
  asks("reads-netrc", ["req.netrc-ignored"], ({ headers }) => {
    const [, user, password] = /login (\S+) password (\S+)/.exec(homeFile(".netrc")) ?? [];
    return user === undefined ? {} : { headers: withHeader(headers, "authorization", `Basic ${user}:${password}`) };
  }),
  asks("reads-curlrc", ["req.curlrc-ignored"], ({ headers }) => {
    const [, name, value] = /^header = "(.*): (.*)"$/m.exec(homeFile(".curlrc")) ?? [];
    return name === undefined || value === undefined ? {} : { headers: withHeader(headers, name, value) };
  }),
  sends("keeps-cookies", ["req.cookies-ignored"], (send) => {
    let cookie = "";
    return (request, sink) => {
      const headers = cookie === "" ? request.headers : withHeader(request.headers, "cookie", cookie);
      return send(
        { ...request, headers },
        {
          head(head) {
            cookie = head.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
            sink.head(head);
          },
          body: (bytes) => sink.body(bytes),
        },
      );
    };
  }),
  {
    name: "obeys-node-tls-reject-unauthorized",
    fails: ["tls.environment-verify"],
    create: (options) =>
      referenceTransport({ insecure: process.env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0", ...options }),
  },
  {
    name: "trusts-what-the-environment-names",
    fails: ["tls.environment-ca"],
    create(options) {
      const file = process.env["SSL_CERT_FILE"];
      return referenceTransport({ ...(file !== undefined && { ca: readFileSync(file) }), ...options });
    },
  },
];
