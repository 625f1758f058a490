import { declareCallbacks } from "./declare-callbacks.ts";
import { declareEasy, declareLists } from "./declare-easy.ts";
import { declareMulti, declareShare } from "./declare-multi.ts";
import { declareSystem } from "./declare-system.ts";
import type { Koffi, Libcurl, Library, Pointer } from "./libcurl.ts";
import { declareStdio, type Stdio } from "./stdio.ts";

const curlGlobalDefault = 3;
/** `CURLVERSION_*` of 7.10: every field read here is in it. */
const versionAge = 0;

/**
 * Declares the functions of a loaded libcurl and initialises it (`curl_global_init`).
 *
 * `curl_easy_setopt` and `curl_easy_getinfo` are declared variadic, as they are: fixed prototypes break
 * the ABI of arm64 macOS. Types of variadic arguments are given as strings, which koffi looks up faster.
 *
 * @throws where a function is missing
 */
export function declareLibcurl(koffi: Koffi, library: Library, file: string): Libcurl {
  const globalInit: (flags: number) => number = library.func("curl_global_init", "int", ["long"]);
  const declared = {
    ...declareEasy(koffi, library),
    ...declareLists(library),
    ...declareMulti(koffi, library),
    ...declareShare(library),
    ...declareCallbacks(koffi),
    ...declareSystem(koffi),
  };
  const code = withoutKeyLog(() => globalInit(curlGlobalDefault));
  if (code !== 0) throw new Error(`curl_global_init failed with code ${code}`);
  let stdio: { readonly found: Stdio | undefined } | undefined;
  return {
    koffi,
    file,
    ...readVersion(koffi, library),
    ...declared,
    get stdio() {
      return (stdio ??= { found: declareStdio(koffi) }).found;
    },
  };
}

/**
 * libcurl would write the secrets of every TLS connection to the file that SSLKEYLOGFILE names, and looks at
 * it here only. In a worker thread this has no effect: the environment there is a copy.
 */
function withoutKeyLog<T>(call: () => T): T {
  const { SSLKEYLOGFILE: file } = process.env;
  delete process.env["SSLKEYLOGFILE"];
  try {
    return call();
  } finally {
    if (file !== undefined) process.env["SSLKEYLOGFILE"] = file;
  }
}

type Version = Pick<Libcurl, "version" | "versionNumber" | "features" | "protocols">;

function readVersion(koffi: Koffi, library: Library): Version {
  const version: () => string = library.func("curl_version", "str", []);
  const versionInfo: (age: number) => bigint = library.func("curl_version_info", "void *", ["int"]);
  const layout = koffi.struct({
    age: "int",
    version: "str",
    versionNumber: "uint",
    host: "str",
    features: "int",
    sslVersion: "str",
    sslVersionNumber: "long",
    libzVersion: "str",
    protocols: "void *",
  });
  const info = koffi.decode(versionInfo(versionAge), layout) as {
    versionNumber: number;
    features: number;
    protocols: Pointer;
  };
  const protocols: string[] = [];
  for (let at = 0; info.protocols !== null; at++) {
    const name = koffi.decode(info.protocols, at * koffi.sizeof("void *"), "str") as string | null;
    if (name === null) break;
    protocols.push(name);
  }
  return { version: version(), versionNumber: info.versionNumber, features: info.features, protocols };
}
