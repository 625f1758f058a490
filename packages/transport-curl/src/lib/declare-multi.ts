import type { DoneMessage, Koffi, Libcurl, Library, Pointer } from "./libcurl.ts";

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

/** Declares the functions of multi handles. */
export function declareMulti(koffi: Koffi, library: Library): MultiFunctions {
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

/** Declares the functions of share handles. */
export function declareShare(library: Library): ShareFunctions {
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
