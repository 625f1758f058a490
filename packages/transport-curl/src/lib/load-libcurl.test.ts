import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { libraryNames, loadLibcurl } from "./load-libcurl.ts";
import type { Libcurl } from "./libcurl.ts";

const current = { version: "libcurl/8.9.1 OpenSSL/3.0.0", versionNumber: 0x080901 } as Libcurl;

function missing(name: string): never {
  throw new Error(`${name}: cannot open shared object file`);
}

function messageOf(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("nothing was thrown");
}

describe("loadLibcurl", () => {
  test("takes the first name that opens", () => {
    const tried: string[] = [];
    const open = (name: string): Libcurl => {
      tried.push(name);
      return name === "libcurl-gnutls.so.4" ? current : missing(name);
    };
    expect(loadLibcurl({ platform: "linux", open })).toBe(current);
    expect(tried).toEqual(["libcurl.so.4", "libcurl-gnutls.so.4"]);
  });

  test.each(["linux", "darwin", "win32", "freebsd"] as const)(
    "on %s says every name, its reason and what to do",
    (platform) => {
      const { code, message } = messageOf(() => loadLibcurl({ platform, arch: "x64", open: missing }));
      expect(code).toBe("library-missing");
      for (const name of libraryNames(platform, "x64")) {
        expect(message).toContain(`${name}: ${name}: cannot open shared object file`);
      }
      expect(message).toContain(
        {
          linux: "apt-get install libcurl4",
          darwin: "brew install curl",
          win32: "winget install cURL.cURL",
          freebsd: "pkg install curl",
        }[platform],
      );
      expect(message).toContain("HEADRACE_LIBCURL");
    },
  );

  test("tries a given path alone", () => {
    const tried: string[] = [];
    const open = (name: string): never => {
      tried.push(name);
      return missing(name);
    };
    const { message } = messageOf(() => loadLibcurl({ platform: "linux", path: "/opt/curl/libcurl.so", open }));
    expect(tried).toEqual(["/opt/curl/libcurl.so"]);
    expect(message).toContain("because HEADRACE_LIBCURL names it");
  });

  test("passes over a version that is too old", () => {
    const old = { version: "libcurl/7.61.1 OpenSSL/1.1.1", versionNumber: 0x073d01 } as Libcurl;
    const { message } = messageOf(() => loadLibcurl({ platform: "darwin", open: () => old }));
    expect(message).toContain("libcurl.4.dylib: libcurl/7.61.1 is too old, 7.68 or later is needed");
  });

  test("says why a library that is not libcurl will not do", () => {
    const { code, message } = messageOf(() => loadLibcurl({ path: process.execPath }));
    expect(code).toBe("library-missing");
    expect(message).toContain(process.execPath);
  });

  // The libraries inside this process are Node's own wherever a symbol is bound to the executable first.
  test("binds libcurl to its own libraries, not to those of the node binary", ({ skip }) => {
    let installed: string;
    try {
      installed = execFileSync("curl", ["--version"], { encoding: "utf8" });
    } catch {
      return skip("no curl command to compare with");
    }
    const { version } = loadLibcurl();
    const [own = ""] = version.split(" ", 1);
    if (!installed.includes(own)) return skip("the curl command uses another libcurl");
    expect(installed.split("\n")[0]).toContain(version);
  });
});
