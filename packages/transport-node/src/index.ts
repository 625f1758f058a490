/** The transport over node:http and node:https. */
export { nodeTransport, type NodeTransportOptions } from "./lib/node-transport.ts";
