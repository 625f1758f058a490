import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shell } from "./headrace-process.ts";

/** Commands as people paste them, with `curl` replaced by `headrace`, and what the server must have got. */
interface Pasted {
  command: string;
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  body: unknown;
}

const chromium: Pasted = {
  command: String.raw`headrace "$ORIGIN/backend/conversation" \
  -H 'accept: text/event-stream' \
  -H 'accept-encoding: gzip, deflate, br, zstd' \
  -H 'accept-language: de-DE,de;q=0.9,en;q=0.8' \
  -H 'authority: 127.0.0.1' \
  -H 'cache-control: no-cache' \
  -H 'connection: keep-alive' \
  -H 'content-length: 13' \
  -H 'content-type: application/json' \
  -b 'session=abc123; theme=dark' \
  -H "origin: $ORIGIN" \
  -H 'priority: u=1, i' \
  -H "referer: $ORIGIN/chat" \
  -H 'sec-ch-ua: "Chromium";v="156", "Not.A/Brand";v="24"' \
  -H 'sec-ch-ua-mobile: ?0' \
  -H 'sec-ch-ua-platform: "Linux"' \
  -H 'sec-fetch-dest: empty' \
  -H 'sec-fetch-mode: cors' \
  -H 'sec-fetch-site: same-origin' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0' \
  --data-raw $'{"ask":"it\'s \\u0021"}'`,
  method: "POST",
  path: "/backend/conversation",
  headers: {
    cookie: "session=abc123; theme=dark",
    priority: "u=1, i",
    "sec-ch-ua": '"Chromium";v="156", "Not.A/Brand";v="24"',
    "sec-fetch-dest": "empty",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0",
    "content-type": "application/json",
  },
  body: { ask: "it's !" },
};

const multipart =
  '------WebKitFormBoundaryAb12\r\nContent-Disposition: form-data; name="q"\r\n\r\nhi\r\n------WebKitFormBoundaryAb12--\r\n';

const pasted: Record<string, Pasted> = {
  "Chromium, copied over undici": chromium,
  "Chromium, copied over curl": { ...chromium, command: `${chromium.command} -t curl --insecure` },
  "Chromium, copied over fetch": { ...chromium, command: `${chromium.command} -t fetch` },
  "Chromium, a form": {
    command: String.raw`headrace "$ORIGIN/form" -X 'POST' -H 'content-type: multipart/form-data; boundary=----WebKitFormBoundaryAb12' --data-raw $'------WebKitFormBoundaryAb12\r\nContent-Disposition: form-data; name="q"\r\n\r\nhi\r\n------WebKitFormBoundaryAb12--\r\n' --compressed`,
    method: "POST",
    path: "/form",
    headers: { "content-type": "multipart/form-data; boundary=----WebKitFormBoundaryAb12" },
    body: multipart,
  },
  Firefox: {
    command: String.raw`headrace "$ORIGIN/api/stream?room=a%20b" --compressed -X POST -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0' -H 'Accept: text/event-stream' -H 'Accept-Language: en-US,en;q=0.5' -H 'Accept-Encoding: gzip, deflate, br, zstd' -H 'Content-Type: text/plain;charset=UTF-8' -H 'Connection: keep-alive' -H 'Cookie: a=1; b=2' -H 'Sec-Fetch-Dest: empty' -H 'Sec-Fetch-Mode: cors' -H 'Sec-GPC: 1' -H 'Priority: u=4' -H 'TE: trailers' --data-raw 'grüße'`,
    method: "POST",
    path: "/api/stream?room=a%20b",
    headers: {
      cookie: "a=1; b=2",
      te: undefined,
      "accept-encoding": expect.stringMatching(/^gzip, deflate, br/),
      "content-type": "text/plain;charset=UTF-8",
    },
    body: "grüße",
  },
  "OpenAI, chat completions": {
    command: `headrace "$ORIGIN/v1/chat/completions" \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer $API_KEY" \\
  -d '{
    "model": "some-model",
    "messages": [
      {"role": "system", "content": "Be brief."},
      {"role": "user", "content": "Say hello."}
    ],
    "stream": true
  }'`,
    method: "POST",
    path: "/v1/chat/completions",
    headers: { authorization: "Bearer key-1", "content-type": "application/json", accept: "text/event-stream" },
    body: {
      model: "some-model",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Say hello." },
      ],
      stream: true,
    },
  },
  "Anthropic, messages": {
    command: `headrace "$ORIGIN/v1/messages" \\
     --header "anthropic-version: 2023-06-01" \\
     --header "content-type: application/json" \\
     --header "x-api-key: $API_KEY" \\
     --data \\
'{
  "model": "some-model",
  "messages": [{"role": "user", "content": "Hello"}],
  "max_tokens": 256,
  "stream": true
}'`,
    method: "POST",
    path: "/v1/messages",
    headers: { "x-api-key": "key-1", "anthropic-version": "2023-06-01" },
    body: { model: "some-model", messages: [{ role: "user", content: "Hello" }], max_tokens: 256, stream: true },
  },
  "Gemini, streamGenerateContent": {
    command: `headrace "$ORIGIN/v1beta/models/some-model:streamGenerateContent?alt=sse&key=$API_KEY" \\
  -H 'Content-Type: application/json' \\
  --no-buffer \\
  -d '{ "contents":[{"parts":[{"text": "Explain a mill."}]}]}' 2> /dev/null`,
    method: "POST",
    path: "/v1beta/models/some-model:streamGenerateContent?alt=sse&key=key-1",
    headers: { "content-type": "application/json" },
    body: { contents: [{ parts: [{ text: "Explain a mill." }] }] },
  },
  "llama.cpp, completion": {
    command: `headrace \\
    --request POST \\
    --url "$ORIGIN/completion" \\
    --header "Content-Type: application/json" \\
    --data '{"prompt": "Building a website can be done in 10 simple steps:","n_predict": 8, "stream": true}' -sN`,
    method: "POST",
    path: "/completion",
    headers: { "content-type": "application/json" },
    body: { prompt: "Building a website can be done in 10 simple steps:", n_predict: 8, stream: true },
  },
};

describe.skipIf(process.platform === "win32")("pasted commands run with curl replaced by headrace", () => {
  const requests: Pick<Pasted, "method" | "path" | "headers" | "body">[] = [];
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { method = "", url: path = "" } = request;
      requests.push({ method, path, headers: request.headers as Pasted["headers"], body: await text(request) });
      response.writeHead(200, { "content-type": "text/event-stream" }).end("data: hello\n\n");
    };
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each(Object.entries(pasted))("%s", async (_, { command, method, path, headers, body }) => {
    const ended = await shell(command, { env: { ORIGIN: origin, API_KEY: "key-1" } });
    expect(ended).toEqual({ stdout: "message  hello\n", stderr: "", status: 0, signal: null });
    const request = requests.pop();
    expect(request).toMatchObject({ method, path });
    for (const [name, value] of Object.entries(headers)) expect(request?.headers[name]).toEqual(value);
    expect(typeof body === "string" ? request?.body : JSON.parse(String(request?.body))).toEqual(body);
  });
});
