/** Options of `curl_easy_setopt` (curl/curl.h): 0 longs, 10000 pointers, 20000 functions, 30000 offsets, 40000 blobs. */
export const Option = {
  timeout: 13,
  sslVersion: 32,
  noProgress: 43,
  noBody: 44,
  post: 47,
  netrc: 51,
  followLocation: 52,
  sslVerifyPeer: 64,
  freshConnect: 74,
  forbidReuse: 75,
  sslVerifyHost: 81,
  httpVersion: 84,
  bufferSize: 98,
  noSignal: 99,
  unrestrictedAuth: 105,
  proxyAuth: 111,
  connectTimeoutMs: 156,
  httpContentDecoding: 158,
  protocols: 181,
  redirProtocols: 182,
  tcpKeepAlive: 213,
  headerOpt: 229,
  pathAsIs: 234,
  pipeWait: 237,
  proxySslVerifyPeer: 248,
  proxySslVerifyHost: 249,
  suppressConnectHeaders: 265,
  http09Allowed: 285,
  quickExit: 322,
  writeData: 10001,
  url: 10002,
  proxy: 10004,
  errorBuffer: 10010,
  httpHeader: 10023,
  headerData: 10029,
  customRequest: 10036,
  caInfo: 10065,
  caPath: 10097,
  share: 10100,
  private: 10103,
  copyPostFields: 10165,
  proxyUsername: 10175,
  proxyPassword: 10176,
  noProxy: 10177,
  resolve: 10203,
  unixSocketPath: 10231,
  proxyCaInfo: 10246,
  proxyCaPath: 10247,
  requestTarget: 10266,
  preReqData: 10313,
  protocolsStr: 10318,
  redirProtocolsStr: 10319,
  writeFunction: 20011,
  headerFunction: 20079,
  closeSocketFunction: 20208,
  preReqFunction: 20312,
  postFieldSizeLarge: 30120,
  sslCertBlob: 40291,
  sslKeyBlob: 40292,
  caInfoBlob: 40309,
  proxyCaInfoBlob: 40310,
} as const;

/** Options of `curl_multi_setopt` (curl/multi.h). */
export const MultiOption = { socketFunction: 20001, timerFunction: 20004 } as const;

/** `CURLSHOPT_SHARE`, and what of a pool is shared (`curl_lock_data`). */
export const Share = { share: 1, dns: 3, sslSession: 4, connect: 5 } as const;

/**
 * Long-valued results of `curl_easy_getinfo`, and three others: `activeSocket` is a `curl_socket_t`, `sizeUpload` a
 * `curl_off_t`, of which a long holds at least 2 GiB, and `private` a number of ours.
 */
export const Info = {
  private: 0x100015,
  httpConnectCode: 0x200016,
  osErrno: 0x200019,
  numConnects: 0x20001a,
  proxyError: 0x20003b,
  activeSocket: 0x50002c,
  sizeUpload: 0x600007,
} as const;

/** Bits of `curl_version_info_data.features`. */
export const Feature = {
  ssl: 0x4,
  http2: 0x10000,
  unixSockets: 0x80000,
  httpsProxy: 0x200000,
  http3: 0x2000000,
} as const;

/** `CURL_HTTP_VERSION_*`. */
export const HttpVersion = { "1.1": 2, "2": 4, h2c: 5, "3": 30 } as const;

/** `CURL_WRITEFUNC_PAUSE`: takes nothing and stops reading until `curl_easy_pause` says otherwise. */
export const writeFunctionPause = 0x10000001;

/** `CURL_POLL_REMOVE` of the socket callback; 1 is in, 2 out, 3 both. */
export const pollRemove = 4;

/** `CURL_SOCKET_TIMEOUT`: what `curl_multi_socket_action` is told when its timer, not a socket, is due. */
export const socketTimeout = -1;

/** `CURL_CSELECT_*`. */
export const Select = { in: 1, out: 2 } as const;
