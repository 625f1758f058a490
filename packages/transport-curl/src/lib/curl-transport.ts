import {
  type NetworkOptions,
  type ResponseSink,
  type Transport,
  type TransportRequest,
  type TransportSupport,
} from "@headrace/core/transport";
import manifest from "../../package.json" with { type: "json" };
import { ConnectionPool } from "./connection-pool.ts";
import { CurlThread } from "./curl-thread.ts";
import { EasyTemplate } from "./easy-template.ts";
import { Exchanges } from "./exchanges.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { checkNetworkOptions } from "./network-options.ts";
import { BlockingDriver } from "./send-sync.ts";
import { supportOf } from "./supports.ts";
import type { TransferInit } from "./transfer.ts";

/** What `curlTransport` takes: `NetworkOptions`, all of which libcurl can honour where it was built to. */
export type CurlTransportOptions = NetworkOptions;

/** A transport over libcurl: it can also block, and declares everything. */
export interface CurlTransport extends Transport {
  readonly name: "curl";
  readonly supports: TransportSupport;
  sendSync(request: TransportRequest, sink: ResponseSink, nextWait: () => number): void;
}

/**
 * Makes a transport over the libcurl of this machine.
 *
 * Loads libcurl at the first call: `HEADRACE_LIBCURL` if it is set, else the names usual on the platform.
 * All transports of a thread share one multi handle; connections, names and TLS sessions are each one's own.
 *
 * @throws `library-missing` where no libcurl can be loaded, with every name tried; `unsupported` for an option
 * that this libcurl cannot honour; `invalid-argument` for one that makes no sense
 */
export function curlTransport(options: CurlTransportOptions = {}): CurlTransport {
  const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });
  const [libcurl = "libcurl"] = curl.version.split(" ", 1);
  const settings = checkNetworkOptions(options, curl, `headrace/${manifest.version} ${libcurl}`);
  const thread = CurlThread.of(curl);
  const pool = new ConnectionPool(curl, new EasyTemplate(thread, settings));
  const exchanges = new Exchanges({ thread, pool, settings });
  return {
    name: "curl",
    version: curl.version,
    supports: supportOf(curl),
    ...(settings.unixSocket !== undefined && { fixedOrigin: true }),
    send: (request, sink) =>
      new Promise((resolve, reject) => {
        exchanges.open({ driver: thread.driver, request, sink, settled: settling(resolve, reject) });
      }),
    sendSync(request, sink, nextWait) {
      const driver = new BlockingDriver(thread);
      try {
        const transfer = exchanges.open({ driver, request, sink, settled: () => {} });
        driver.drive(transfer, nextWait);
        if (transfer.delivery.failure) throw transfer.delivery.failure.reason;
      } finally {
        driver.dispose();
      }
    },
    close: (closeOptions) => exchanges.close(closeOptions?.force ?? false),
  };
}

/** A function of its own, so that a stream that stays open for long holds nothing of the call that began it. */
function settling(resolve: () => void, reject: (reason: unknown) => void): TransferInit["settled"] {
  return (failure) => (failure ? reject(failure.reason) : resolve());
}
