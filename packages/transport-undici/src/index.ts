/** The transport over undici. */
export { undiciTransport, type UndiciTransportOptions } from "./lib/undici-transport.ts";
