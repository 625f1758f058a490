import { Info } from "./curl-constants.ts";
import { socketType } from "./declare-callbacks.ts";
import type { Koffi, Libcurl, Library, Pointer } from "./libcurl.ts";

const scratch = Buffer.allocUnsafeSlow(4096);

/** NUL-terminated bytes of a byte string, good until it is called again: libcurl copies its strings. */
function cString(text: string): Buffer {
  if (text.length >= scratch.length) return Buffer.from(`${text}\0`, "latin1");
  scratch[scratch.write(text, "latin1")] = 0;
  return scratch;
}

type EasyFunctions = Pick<
  Libcurl,
  | "easyInit"
  | "easyDuplicate"
  | "easyCleanup"
  | "easyPause"
  | "setLong"
  | "setOffset"
  | "setPointer"
  | "setBytes"
  | "setString"
  | "setBlob"
  | "setId"
  | "getLong"
  | "activeSocket"
  | "idOf"
>;

/** Declares the functions of easy handles. */
export function declareEasy(koffi: Koffi, library: Library): EasyFunctions {
  const setopt: (easy: bigint, option: number, type: unknown, value: unknown) => number = library.func(
    "curl_easy_setopt",
    "int",
    ["void *", "int", "..."],
  );
  const getinfo: (easy: bigint, info: number, type: string, value: Buffer) => number = library.func(
    "curl_easy_getinfo",
    "int",
    ["void *", "int", "..."],
  );
  const blob = koffi.pointer(koffi.struct({ data: "void *", length: "size_t", flags: "uint" }));
  const copyBlob = 1;
  const result = Buffer.alloc(8);
  return {
    easyInit: library.func("curl_easy_init", "void *", []),
    easyDuplicate: library.func("curl_easy_duphandle", "void *", ["void *"]),
    easyCleanup: library.func("curl_easy_cleanup", "void", ["void *"]),
    easyPause: library.func("curl_easy_pause", "int", ["void *", "int"]),
    setLong: (easy, option, value) => setopt(easy, option, "long", value),
    setOffset: (easy, option, value) => setopt(easy, option, "int64_t", value),
    setPointer: (easy, option, value) => setopt(easy, option, "void *", value),
    setBytes: (easy, option, value) => setopt(easy, option, "void *", value),
    setString: (easy, option, value) => setopt(easy, option, "void *", value === null ? null : cString(value)),
    setBlob: (easy, option, value) =>
      setopt(easy, option, blob, { data: value, length: value.length, flags: copyBlob }),
    setId: (easy, option, id) => setopt(easy, option, "intptr_t", id),
    getLong(easy, info) {
      result.fill(0);
      return getinfo(easy, info, "void *", result) === 0 ? Number(koffi.decode(result, "long")) : 0;
    },
    activeSocket: (easy) =>
      getinfo(easy, Info.activeSocket, "void *", result) === 0 ? (koffi.decode(result, socketType) as number) : -1,
    idOf: (easy) =>
      getinfo(easy, Info.private, "void *", result) === 0 ? (koffi.decode(result, "intptr_t") as number) : 0,
  };
}

/** Declares the functions of the lists that some options take. */
export function declareLists(library: Library): Pick<Libcurl, "slistAppend" | "slistFree"> {
  const append: (list: Pointer, line: Buffer) => Pointer = library.func("curl_slist_append", "void *", [
    "void *",
    "void *",
  ]);
  return {
    slistAppend: (list, line) => append(list, cString(line)),
    slistFree: library.func("curl_slist_free_all", "void", ["void *"]),
  };
}
