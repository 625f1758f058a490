import { createRequire } from "node:module";
import { TransportError } from "@headrace/core/transport";
import { declareLibcurl } from "./declare-libcurl.ts";
import type { Koffi, Libcurl } from "./libcurl.ts";

/** Where to look, and how to open what is found. Tests give their own. */
export interface LoadLibcurlOptions {
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  /** `HEADRACE_LIBCURL`: tried alone when it is set. */
  readonly path?: string | undefined;
  /** Opens one candidate, or throws its reason. */
  readonly open?: (name: string) => Libcurl;
}

/** 7.68 (January 2020), the first with `curl_multi_wakeup`. */
const oldestVersion = 0x074400;

/** The names tried, in order. */
export function libraryNames(platform: NodeJS.Platform, arch: string): readonly string[] {
  switch (platform) {
    case "darwin":
      return [
        "libcurl.4.dylib",
        "/usr/lib/libcurl.4.dylib",
        "/opt/homebrew/opt/curl/lib/libcurl.4.dylib",
        "/usr/local/opt/curl/lib/libcurl.4.dylib",
      ];
    case "win32":
      return [arch === "arm64" ? "libcurl-arm64.dll" : "libcurl-x64.dll", "libcurl.dll", "libcurl-4.dll"];
    default:
      return ["libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so", "libcurl-gnutls.so", "libcurl-nss.so.4"];
  }
}

const installCommands: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    "`apt-get install libcurl4` (Debian, Ubuntu), `dnf install libcurl` (Fedora, RHEL), `apk add libcurl` (Alpine), " +
    "`pacman -S curl` (Arch)",
  darwin: "`brew install curl`",
  win32: "`winget install cURL.cURL`, then set HEADRACE_LIBCURL to the full path of its libcurl DLL",
  freebsd: "`pkg install curl`",
};

/**
 * Loads the first libcurl that can be had, each library once a thread.
 *
 * @throws `library-missing`, with every name tried, why it failed, and how to install libcurl here
 */
export function loadLibcurl(options: LoadLibcurlOptions = {}): Libcurl {
  const { platform = process.platform, arch = process.arch, path, open = openOnce } = options;
  const names = path === undefined || path === "" ? libraryNames(platform, arch) : [path];
  const reasons: string[] = [];
  for (const name of names) {
    try {
      const curl = open(name);
      if (curl.versionNumber >= oldestVersion) return curl;
      reasons.push(`  ${name}: ${curl.version.split(" ", 1)[0]} is too old, 7.68 or later is needed`);
    } catch (error) {
      reasons.push(`  ${name}: ${reasonOf(error)}`);
    }
  }
  const from = path === undefined || path === "" ? "tried" : "tried, because HEADRACE_LIBCURL names it,";
  const install = installCommands[platform] ?? "the package of your system that holds libcurl";
  const message =
    `libcurl could not be loaded; ${from}\n${reasons.join("\n")}\n` +
    `Install it with ${install}, or set HEADRACE_LIBCURL to the path of a libcurl.`;
  throw new TransportError("library-missing", message);
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, " ").trim();
}

const opened = new Map<string, Libcurl>();

function openOnce(name: string): Libcurl {
  const known = opened.get(name);
  if (known) return known;
  const koffi = requireKoffi();
  // Without RTLD_DEEPBIND libcurl binds to the OpenSSL, zlib, brotli and zstd that the node binary exports.
  const curl = declareLibcurl(koffi, koffi.load(name, { deep: true }), name);
  pin(koffi, name);
  opened.set(name, curl);
  return curl;
}

function requireKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (error) {
    throw new Error(`the package koffi, which calls it, could not be loaded: ${reasonOf(error)}`, { cause: error });
  }
}

/** `RTLD_NODELETE`, by platform. */
const noDelete: Partial<Record<NodeJS.Platform, number>> = { linux: 0x1000, freebsd: 0x1000, darwin: 0x80 };
const resolveNow = 2;

/**
 * Keeps the library in memory for good. koffi unloads it when a worker thread ends, and libcurl's own
 * resolver threads may still be running in it then.
 */
function pin(koffi: Koffi, name: string): void {
  const flag = noDelete[process.platform];
  if (flag === undefined) return;
  const open = koffi.load(null).func("dlopen", "void *", ["str", "int"]);
  open(name, resolveNow | flag);
}
