import { startScriptedServer } from "@headrace/conformance";
import { expect, onTestFinished, test, vi } from "vitest";
import { receive } from "./receive.test-support.ts";
import { encodeAddress } from "./socks-tunnel.ts";
import { undiciTransport } from "./undici-transport.ts";

test.each([
  ["10.1.2.255", "010a0102ff"],
  ["::", `04${"00".repeat(16)}`],
  ["::1", `04${"00".repeat(15)}01`],
  ["fd00::", `04fd00${"00".repeat(14)}`],
  ["2001:db8::8:800:200c:417a", "0420010db80000000000080800200c417a"],
  ["1:2:3:4:5:6:7:8", "0400010002000300040005000600070008"],
  ["::ffff:127.0.0.1", "0400000000000000000000ffff7f000001"],
  ["64:ff9b::10.1.2.3", "040064ff9b00000000000000000a010203"],
  ["1:2:3:4:5:6:255.254.1.0", "04000100020003000400050006fffe0100"],
  ["fe80::1%eth0", "04fe800000000000000000000000000001"],
  ["a.test", `0306${Buffer.from("a.test").toString("hex")}`],
  ["a".repeat(255), `03ff${"61".repeat(255)}`],
])("%s is addressed as in RFC 1928, section 5", (host, bytes) => {
  expect(encodeAddress(host)?.toString("hex")).toBe(bytes);
});

test("a name over 255 bytes is refused before the proxy hears a word", async () => {
  const server = await startScriptedServer(async (connection) => void (await connection.closed()));
  const transport = undiciTransport({ proxy: `socks5h://user:s3cret@127.0.0.1:${server.port}` });
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  const { error } = await receive(transport, `http://${"a.".repeat(132)}test/`);
  expect(error).toMatchObject({ code: "proxy", phase: "connect" });
  expect(error?.message).not.toContain("s3cret");
  await vi.waitFor(() => expect(server.connections).toHaveLength(1));
  await server.scriptsDone();
  expect(server.connections[0]?.received).toHaveLength(0);
});
