import { constants } from "node:os";
import { Info } from "./curl-constants.ts";
import type { DoneMessage, Koffi, Libcurl, Pointer } from "./libcurl.ts";
import { declareStdio, type Stdio } from "./stdio.ts";

type Library = ReturnType<Koffi["load"]>;

const curlGlobalDefault = 3;
/** `curl_socket_t`. */
const socketType = process.platform === "win32" ? "intptr_t" : "int";
/** `CURLVERSION_*` of 7.10: every field read here is in it. */
const versionAge = 0;

/** NUL-terminated bytes of a byte string. */
function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, "latin1");
}

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
    ...declareMulti(koffi, library),
    ...declareShare(library),
    ...declareCallbacks(koffi),
    ...declareMemory(koffi),
  };
  const code = withoutKeyLog(() => globalInit(curlGlobalDefault));
  if (code !== 0) throw new Error(`curl_global_init failed with code ${code}`);
  let stdio: { readonly found: Stdio | undefined } | undefined;
  return {
    koffi,
    file,
    ...readVersion(koffi, library),
    hasInput: declareHasInput(koffi),
    ...declared,
    get stdio() {
      return (stdio ??= { found: declareStdio(koffi) }).found;
    },
  };
}

function declareMemory(koffi: Koffi): Pick<Libcurl, "copy" | "latin1"> {
  const copy: Libcurl["copy"] = libc(koffi).func("memcpy", "void", ["uintptr_t", "uintptr_t", "size_t"]);
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

function libc(koffi: Koffi): Library {
  return koffi.load(process.platform === "win32" ? "ucrtbase.dll" : null);
}

const messagePeek = 2;

/** `recv` with `MSG_PEEK`: no socket of libcurl's blocks. */
function declareHasInput(koffi: Koffi): Libcurl["hasInput"] {
  if (process.platform === "win32") return undefined;
  const receive: (socket: number, target: Uint8Array, length: number, flags: number) => number = libc(koffi).func(
    "recv",
    "intptr_t",
    ["int", "void *", "size_t", "int"],
  );
  const byte = new Uint8Array(1);
  return (socket) => receive(socket, byte, byte.length, messagePeek) >= 0 || koffi.errno() !== constants.errno.EAGAIN;
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

type EasyFunctions = Pick<
  Libcurl,
  | "easyInit"
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
  | "slistAppend"
  | "slistFree"
>;

function declareEasy(koffi: Koffi, library: Library): EasyFunctions {
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
  const append: (list: Pointer, line: Buffer) => Pointer = library.func("curl_slist_append", "void *", [
    "void *",
    "void *",
  ]);
  const blob = koffi.pointer(koffi.struct({ data: "void *", length: "size_t", flags: "uint" }));
  const copyBlob = 1;
  const result = Buffer.alloc(8);
  return {
    easyInit: library.func("curl_easy_init", "void *", []),
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
    slistAppend: (list, line) => append(list, cString(line)),
    slistFree: library.func("curl_slist_free_all", "void", ["void *"]),
  };
}

type MultiFunctions = Pick<
  Libcurl,
  | "multiInit"
  | "multiCleanup"
  | "multiAdd"
  | "multiRemove"
  | "multiSetFunction"
  | "multiPerform"
  | "multiSocketAction"
  | "multiPoll"
  | "multiPollAsync"
  | "multiWakeup"
  | "multiInfoRead"
>;

function declareMulti(koffi: Koffi, library: Library): MultiFunctions {
  const running = new Int32Array(new ArrayBuffer(8));
  const setopt: (multi: bigint, option: number, type: string, value: bigint) => number = library.func(
    "curl_multi_setopt",
    "int",
    ["void *", "int", "..."],
  );
  const perform: (multi: bigint, running: Int32Array) => number = library.func("curl_multi_perform", "int", [
    "void *",
    "void *",
  ]);
  const runningAddress = Number(koffi.address(running));
  const socketAction: (multi: bigint, socket: number, events: number, running: number) => number = library.func(
    "curl_multi_socket_action",
    "int",
    ["void *", "intptr_t", "int", "uintptr_t"],
  );
  const poll = library.func("curl_multi_poll", "int", ["void *", "void *", "uint", "int", "void *"]);
  return {
    multiInit: library.func("curl_multi_init", "void *", []),
    multiCleanup: library.func("curl_multi_cleanup", "int", ["void *"]),
    multiAdd: library.func("curl_multi_add_handle", "int", ["void *", "void *"]),
    multiRemove: library.func("curl_multi_remove_handle", "int", ["void *", "void *"]),
    multiSetFunction: (multi, option, callback) => setopt(multi, option, "void *", callback),
    multiPerform: (multi) => perform(multi, running),
    multiSocketAction(multi, socket, events) {
      socketAction(multi, socket, events, runningAddress);
      return running[0] ?? 0;
    },
    multiPoll: (multi, ms) => poll(multi, null, 0, ms, null) as number,
    multiPollAsync: (multi, ms, ready, done) => void poll.async(multi, null, 0, ms, ready, () => done()),
    multiWakeup: library.func("curl_multi_wakeup", "int", ["void *"]),
    multiInfoRead: declareInfoRead(koffi, library),
  };
}

function declareInfoRead(koffi: Koffi, library: Library): Libcurl["multiInfoRead"] {
  const infoRead: (multi: bigint, queued: Buffer) => Pointer = library.func("curl_multi_info_read", "void *", [
    "void *",
    "void *",
  ]);
  const queued = Buffer.alloc(4);
  const message = koffi.struct({ kind: "int", easy: "void *", code: "int" });
  return (multi) => {
    const found = infoRead(multi, queued);
    return found === null ? undefined : (koffi.decode(found, message) as DoneMessage);
  };
}

type ShareFunctions = Pick<Libcurl, "shareInit" | "shareAdd" | "shareCleanup">;

function declareShare(library: Library): ShareFunctions {
  const setopt: (share: bigint, option: number, type: string, value: number) => number = library.func(
    "curl_share_setopt",
    "int",
    ["void *", "int", "..."],
  );
  const shareOption = 1;
  return {
    shareInit: library.func("curl_share_init", "void *", []),
    shareAdd: (share, what) => setopt(share, shareOption, "int", what),
    shareCleanup: library.func("curl_share_cleanup", "int", ["void *"]),
  };
}

type CallbackFunctions = Pick<Libcurl, "registerData" | "registerPreRequest" | "registerSocket" | "registerTimer">;

type PreRequestArguments = [id: number, ip: Pointer, localIp: Pointer, port: number, localPort: number];

/** Addresses and ids are declared as integers: koffi hands those over as numbers, which cost less than BigInts. */
function declareCallbacks(koffi: Koffi): CallbackFunctions {
  const data = koffi.pointer(koffi.proto("size_t", ["uintptr_t", "size_t", "size_t", "intptr_t"]));
  const preRequest = koffi.pointer(koffi.proto("int", ["intptr_t", "void *", "void *", "int", "int"]));
  const sockets = koffi.pointer(koffi.proto("int", ["void *", socketType, "int", "void *", "void *"]));
  const timer = koffi.pointer(koffi.proto("int", ["void *", "long", "void *"]));
  return {
    registerData: (callback) => koffi.register(callback, data),
    registerPreRequest: (callback) =>
      koffi.register((...[id, , , , localPort]: PreRequestArguments) => callback(id, localPort), preRequest),
    registerSocket: (callback) => koffi.register(callback, sockets),
    registerTimer: (callback) => koffi.register(callback, timer),
  };
}
