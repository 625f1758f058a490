import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";

// A peer that vanishes without FIN or RST, as behind a router that was switched off: in network namespaces of our own.
const isRoot = process.getuid?.() === 0;
const isolated = ["unshare", ...(isRoot ? [] : ["--user", "--map-root-user"]), "--net"];
const [command = "", ...flags] = isolated;
const isPossible =
  process.platform === "linux" &&
  spawnSync(command, [...flags, "ip", "link", "add", "here", "type", "veth", "peer", "name", "peer"]).status === 0;

interface Outcome {
  once: { code: string; phase: string; after: number };
  subscription: { causes: string[]; connections: number };
}

let outcome: { idle: number; results: Record<string, Outcome> };
beforeAll(async () => {
  if (!isPossible) return;
  const program = fileURLToPath(new URL("half-open-clients.ts", import.meta.url));
  const source = ["--conditions=@headrace/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(command, [...flags, process.execPath, ...source, program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const [line] = await Promise.all([text(child.stdout), once(child, "exit")]);
  clearTimeout(limit);
  outcome = JSON.parse(line) as typeof outcome;
}, 25_000);

const names = clients.map(({ name }) => name).filter((name) => !name.includes("blocking"));
const title = `a peer that vanishes${isPossible ? "" : " (needs Linux, unshare, ip, and root or user namespaces)"}`;

describe.skipIf(!isPossible).each(names)(`${title}: %s`, (name) => {
  test("ends in the idle timeout, within a second more", () => {
    const { code, phase, after } = outcome.results[name]!.once;
    expect({ code, phase }).toEqual({ code: "timeout", phase: "idle" });
    expect(after).toBeGreaterThanOrEqual(outcome.idle - 1);
    expect(after).toBeLessThan(outcome.idle + 1000);
  });

  test("subscribe notices, and is connected again when the link is back", () => {
    const { causes, connections } = outcome.results[name]!.subscription;
    expect(causes[0]).toBe("timeout idle");
    expect(connections).toBe(2);
  });
});
