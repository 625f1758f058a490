/** The port of an `http:` or `https:` URL: its own, 0 too, else the scheme's. */
export function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
