import { constants } from "node:os";
import type { Koffi, Libcurl, Library } from "./libcurl.ts";

/** What of the C library and the sockets of this system is called. */
export function declareSystem(koffi: Koffi): Pick<Libcurl, "copy" | "latin1" | "hasInput" | "closeSocket"> {
  const system = koffi.load(process.platform === "win32" ? "ucrtbase.dll" : null);
  return {
    ...declareMemory(koffi, system),
    hasInput: declareHasInput(koffi, system),
    // Windows has a function of another name for sockets, in a library of its own.
    closeSocket: process.platform === "win32" ? undefined : system.func("close", "int", ["int"]),
  };
}

function declareMemory(koffi: Koffi, libc: Library): Pick<Libcurl, "copy" | "latin1"> {
  const copy: Libcurl["copy"] = libc.func("memcpy", "void", ["uintptr_t", "uintptr_t", "size_t"]);
  const scratch = Buffer.allocUnsafeSlow(1024);
  const scratchAddress = Number(koffi.address(scratch));
  return {
    copy,
    latin1(address, length) {
      const large = length > scratch.length;
      const target = large ? Buffer.allocUnsafeSlow(length) : scratch;
      copy(large ? Number(koffi.address(target)) : scratchAddress, address, length);
      return target.toString("latin1", 0, length);
    },
  };
}

const messagePeek = 2;

/** `recv` with `MSG_PEEK`: no socket of libcurl's blocks. */
function declareHasInput(koffi: Koffi, libc: Library): Libcurl["hasInput"] {
  if (process.platform === "win32") return undefined;
  const receive: (socket: number, target: Uint8Array, length: number, flags: number) => number = libc.func(
    "recv",
    "intptr_t",
    ["int", "void *", "size_t", "int"],
  );
  const byte = new Uint8Array(1);
  return (socket) => receive(socket, byte, byte.length, messagePeek) >= 0 || koffi.errno() !== constants.errno.EAGAIN;
}
