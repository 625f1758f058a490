/** Flags of curl's that are not for event streams, and what to do instead. */
const refusedFlags: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "-I --head": "a HEAD request has no events: -v shows a response's head",
    "-c --cookie-jar --hsts --alt-svc": "nothing is kept between two calls; cookies are sent with -b 'name=value'",
    "-K --config": "give the flags on the command line",
    "-n --netrc --netrc-file --netrc-optional": "credentials come from -u or -H only",
    "-w --write-out": "use --stats, or --format json",
    "-D --dump-header --trace --trace-ascii": "use -v, or -i; --format raw shows every byte of the body",
    "-O --remote-name -J --remote-header-name --output-dir --create-dirs": "use -o FILE",
    "--stderr": "redirect it in the shell: 2> FILE",
    "-T --upload-file": "use --data-binary @FILE, with -X PUT",
    "-U --proxy-user": "put it into the proxy's URL: -x http://user:password@host:port",
    "--socks5 --socks5-hostname --preproxy":
      "use -x socks5://host:port, or socks5h:// where the proxy looks up the name",
    "--noproxy": "use -x '' for no proxy at all, or the variable no_proxy",
    "--digest --ntlm --negotiate --anyauth --aws-sigv4":
      "only basic (-u) and bearer (--oauth2-bearer) authentication are there",
    "--location-trusted": "credentials never follow a redirect to another origin",
    "--max-redirs": "up to 20 redirects are followed",
    "-0 --http1.0": "no transport sends HTTP/1.0",
    "--limit-rate": "a slow reader of standard output slows the server",
    "-Z --parallel -: --next": "one stream at a time",
    "-r --range -C --continue-at": "use --last-event-id",
    "-y --speed-time -Y --speed-limit --keepalive-time": "use --idle-timeout",
    "--form-string": "use -F, or --data-raw for a body of your own",
    "--url-query": "use -G with --data-urlencode",
    "--proto --proto-redir --proto-default": "only http and https are there: write https:// into the URL",
    "--tlsv1.3 --tls-max --ciphers --ssl-no-revoke": "TLS 1.2 and later, as the TLS library chooses",
    "--capath --pinnedpubkey": "use --cacert FILE",
    "--cert-type --key-type --pass": "--cert and --key take PEM, without a password",
    "--retry-delay --retry-max-time --retry-all-errors --retry-connrefused": "use --retry and -m",
    "-4 --ipv4 -6 --ipv6 --connect-to --interface --dns-servers --doh-url": "use --resolve host:port:address",
  }).flatMap(([flags, advice]) => flags.split(" ").map((flag) => [flag, advice])),
);

/** The message for a flag that is not known; the flag without its value, which may be a secret. */
export function unknownFlag(argument: string): string {
  const flag = argument.replace(/=.*/s, "");
  const name = flag.startsWith("--") ? flag : flag.slice(0, 2);
  const advice = refusedFlags.get(name);
  return advice === undefined
    ? `unknown flag ${name}: headrace --help shows those that are there`
    : `curl's ${name} is not there: ${advice}`;
}
