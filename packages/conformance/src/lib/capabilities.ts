import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { TransportSupport } from "@headrace/core/transport";
import type { Capability, Need } from "./conformance-case.ts";
import type { TransportModule } from "./transport-module.ts";

type Support = Partial<TransportSupport>;

/**
 * The first need that is not met, as a sentence for reports; `undefined` where all are.
 * What a transport does not declare it does not have.
 */
export function unmetNeed(needs: readonly Need[], supports: Support, module?: TransportModule): string | undefined {
  for (const need of needs) {
    const wanted = !need.startsWith("!");
    if (need === "module") {
      if (module !== undefined) continue;
      return "no `module` is given to import the factory from";
    }
    const capability = (wanted ? need : need.slice(1)) as Capability;
    if (has(capability, supports) === wanted) continue;
    if (capability.startsWith("machine:")) return `this machine has no ${capability.slice("machine:".length)}`;
    return wanted ? `does not declare ${capability}` : `declares ${capability}`;
  }
  return undefined;
}

function has(capability: Capability, supports: Support): boolean {
  const [name = "", detail = ""] = capability.split(":");
  switch (name) {
    case "machine":
      return machineHas(detail);
    case "proxy":
    case "decompression":
    case "ambient":
      return includes(supports[name], detail);
    case "endProof":
      return supports.endProof?.[detail as keyof TransportSupport["endProof"]] === true;
    case "manualRedirects":
      return supports.redirects !== "automatic";
    case "httpVersion":
      return supports.httpVersion === "exact" || supports.httpVersion === "major";
    case "exactErrors":
      return supports.errorDetail !== "coarse";
    case "backpressure":
      return supports.backpressure === "socket" || supports.backpressure === "bounded";
    default:
      return supports[name as "sync"] === true;
  }
}

/** Whatever else an author may have declared instead of a list is none. */
function includes(list: unknown, word: string): boolean {
  return Array.isArray(list) && list.includes(word);
}

function machineHas(what: string): boolean {
  if (what === "descriptors") return existsSync("/dev/fd");
  if (what === "node") return !("bun" in process.versions || "deno" in process.versions);
  if (what === "unansweredConnects") return process.platform === "linux";
  if (what === "unixSockets") return process.platform !== "win32";
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));
}
