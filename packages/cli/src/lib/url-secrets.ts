import { unescape } from "node:querystring";

/** What a URL holds of secrets, as headers that hold them would: its userinfo, and the values of keys in its query. */
export function urlSecrets(url: string | undefined): [string, string][] {
  if (url === undefined) return [];
  const [, userinfo = ""] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)@/i.exec(url) ?? [];
  const sent = URL.canParse(url) ? new URL(url).search : "";
  return [...userinfoSecrets(userinfo), ...[url, sent].flatMap(querySecrets)];
}

/** A `user:password`, as given, percent-decoded, and as the Basic scheme sends it (RFC 7617 section 2). */
export function userinfoSecrets(userinfo: string): [string, string][] {
  if (userinfo === "") return [];
  const [, user = "", password = ""] = /^([^:]*):?(.*)$/s.exec(userinfo) ?? [];
  const decoded = [percentDecode(user), percentDecode(password)] as const;
  const sent = Buffer.from(decoded.join(":")).toString("base64");
  return [user, password, ...decoded, sent, `Basic ${sent}`].map(asSecret);
}

const keyLike = /(key|token|secret|password|signature)$|(^|[^a-z])sig$/i;

function querySecrets(url: string): [string, string][] {
  return Array.from(url.matchAll(/[?&]([^=&#]*)=([^&#]*)/g)).flatMap(([, name = "", value = ""]) =>
    keyLike.test(unescape(name)) ? [value, unescape(value), unescape(value.replaceAll("+", " "))].map(asSecret) : [],
  );
}

function asSecret(value: string): [string, string] {
  return ["authorization", value];
}

/** As the core does: what is no percent-encoding stands for itself. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
