import type { Koffi } from "./libcurl.ts";

/**
 * A `FILE` of C's stdio whose buffer is memory of ours: C code writes to it, and JavaScript is called once
 * for many writes. Addresses are numbers.
 */
export interface Stdio {
  /**
   * Opens one for writing, by `fopencookie` and `setvbuf`.
   *
   * @param full a callback of `registerFull`, given what is buffered when there is no room for more
   * @returns the `FILE *`; 0 where there is no memory
   */
  open(buffer: number, size: number, full: bigint): number;
  /** Bytes that lie in the buffer, from its beginning. */
  pending(file: number): number;
  /** Empties the buffer. */
  purge(file: number): void;
  /** Closes it, emptied; the buffer may then be freed. */
  close(file: number): void;
  /** @param callback returns how many bytes it took; the write fails where that is not all */
  registerFull(callback: (address: number, length: number) => number): bigint;
}

/** `_IOFBF` of glibc. */
const fullyBuffered = 0;
/** `FSETLOCKING_BYCALLER`: only one thread uses it. */
const unlocked = 2;

/**
 * The stdio of this process, where it has GNU's extensions and they do as they should, which is found out by
 * trying. macOS and Windows have none; musl keeps the first bytes of the buffer to itself.
 */
export function declareStdio(koffi: Koffi): Stdio | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stdio = declare(koffi);
    return isExact(koffi, stdio) ? stdio : undefined;
  } catch {
    return undefined;
  }
}

function declare(koffi: Koffi): Stdio {
  const libc = koffi.load(null);
  const functions = koffi.struct({
    read: "void *",
    write: "void *",
    seek: "void *",
    close: "void *",
  });
  const full = koffi.pointer(koffi.proto("intptr_t", ["void *", "uintptr_t", "size_t"]));
  const open = libc.func("fopencookie", "uintptr_t", ["void *", "str", functions]);
  const setBuffer = libc.func("setvbuf", "int", ["uintptr_t", "uintptr_t", "int", "size_t"]);
  const setLocking = libc.func("__fsetlocking", "int", ["uintptr_t", "int"]);
  const purge: Stdio["purge"] = libc.func("__fpurge", "void", ["uintptr_t"]);
  const close = libc.func("fclose", "int", ["uintptr_t"]);
  return {
    open(buffer, size, write) {
      const file = open(null, "w", { read: null, write, seek: null, close: null }) as number;
      if (file === 0) return 0;
      setBuffer(file, buffer, fullyBuffered, size);
      setLocking(file, unlocked);
      return file;
    },
    pending: libc.func("__fpending", "size_t", ["uintptr_t"]),
    purge,
    close(file) {
      purge(file);
      close(file);
    },
    registerFull: (callback) =>
      koffi.register((_cookie: null, address: number, length: number) => callback(address, length), full),
  };
}

/** Writes as libcurl does, by `fwrite`, and looks where it went: a little, and then more than there is room for. */
function isExact(koffi: Koffi, stdio: Stdio): boolean {
  const write = koffi.load(null).func("fwrite", "size_t", ["void *", "size_t", "size_t", "uintptr_t"]);
  const buffer = Buffer.allocUnsafeSlow(256);
  const address = Number(koffi.address(buffer));
  const source = Buffer.from(Array.from({ length: 300 }, (_, at) => at % 251));
  let flushed = Buffer.alloc(0);
  const full = stdio.registerFull((from, length) => {
    if (from === address) flushed = Buffer.concat([flushed, buffer.subarray(0, length)]);
    return length;
  });
  const file = stdio.open(address, buffer.length, full);
  try {
    if (file === 0) return false;
    write(source.subarray(0, 3), 1, 3, file);
    const begun = stdio.pending(file) === 3 && buffer.subarray(0, 3).equals(source.subarray(0, 3));
    write(source.subarray(3), 1, source.length - 3, file);
    const all = Buffer.concat([flushed, buffer.subarray(0, stdio.pending(file))]);
    stdio.purge(file);
    return begun && flushed.length === buffer.length && all.equals(source) && stdio.pending(file) === 0;
  } finally {
    if (file !== 0) stdio.close(file);
    koffi.unregister(full);
  }
}
