import type { Koffi, Libcurl, Pointer } from "./libcurl.ts";

/** `curl_socket_t`. */
export const socketType: "intptr_t" | "int" = process.platform === "win32" ? "intptr_t" : "int";

type CallbackFunctions = Pick<
  Libcurl,
  "registerData" | "registerPreRequest" | "registerSocket" | "registerTimer" | "registerCloseSocket"
>;

type PreRequestArguments = [id: number, ip: Pointer, localIp: Pointer, port: number, localPort: number];

/** Addresses and ids are declared as integers: koffi hands those over as numbers, which cost less than BigInts. */
export function declareCallbacks(koffi: Koffi): CallbackFunctions {
  const data = koffi.pointer(koffi.proto("size_t", ["uintptr_t", "size_t", "size_t", "intptr_t"]));
  const preRequest = koffi.pointer(koffi.proto("int", ["intptr_t", "void *", "void *", "int", "int"]));
  const sockets = koffi.pointer(koffi.proto("int", ["void *", socketType, "int", "void *", "void *"]));
  const closeSocket = koffi.pointer(koffi.proto("int", ["void *", socketType]));
  const timer = koffi.pointer(koffi.proto("int", ["void *", "long", "void *"]));
  return {
    registerData: (callback) => koffi.register(callback, data),
    registerPreRequest: (callback) =>
      koffi.register((...[id, , , , localPort]: PreRequestArguments) => callback(id, localPort), preRequest),
    registerSocket: (callback) => koffi.register(callback, sockets),
    registerTimer: (callback) => koffi.register(callback, timer),
    registerCloseSocket: (callback) => koffi.register((_: null, socket: number) => callback(socket), closeSocket),
  };
}
