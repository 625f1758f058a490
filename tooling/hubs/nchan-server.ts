import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Where Debian's libnginx-mod-nchan puts it. */
const nchanModule = "/usr/lib/nginx/modules/ngx_nchan_module.so";
export const hasNchan: boolean = existsSync(nchanModule) && existsSync("/usr/sbin/nginx");

/** An nginx of our own, with nchan as its hub. */
export interface NchanServer {
  readonly port: number;
  close(): Promise<void>;
}

const configuration = (port: number): string => `
load_module ${nchanModule};
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1; daemon off; pid nginx.pid; error_log stderr notice;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server {
    listen 127.0.0.1:${port};
    location ~ ^/pub/(\\w+)$ { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 100; }
    location ~ ^/sub/(\\w+)$ {
      nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message oldest;
    }
  }
}`;

/** Starts nginx in a folder of its own, on a free port, and resolves when it can be used. */
export async function startNchan(): Promise<NchanServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "headrace-nchan-"));
  mkdirSync(join(folder, "tmp"));
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(port));
  const child = spawn("/usr/sbin/nginx", ["-p", folder, "-c", file, "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    if (line.includes("start worker process ")) break;
  }
  child.stderr.resume();
  if (child.exitCode !== null) throw new Error(`nginx did not start:\n${said.join("\n")}`);
  return {
    port,
    async close() {
      const exit = once(child, "exit");
      child.kill();
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
