/** Whether a method is safe (RFC 9110 section 9.2.1), of those that are known to be. */
export function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
