/** What an operator does about a provider's answer to a test, by its HTTP status. */
const advice: Readonly<Record<number, string>> = {
  400: 'The provider refuses the request: its kind, or max_tokens_param, may be the wrong one. Name another model, too.',
  401: 'The provider refuses the key: set the right one (api_key_ref, or api_key).',
  402: 'The account with the provider has no money: top it up there.',
  403: 'The key may not use this model: allow it at the provider, or use another key.',
  404: 'The provider knows no such model or path: check base_url (it ends with the version, such as /v1) and the name.',
  405: 'The provider takes no such request there: check base_url.',
  422: 'The provider refuses the request: its kind, or max_tokens_param, may be the wrong one. Name another model, too.',
  429: 'The provider limits the rate, or its quota is used up: wait, or raise the limit there.',
};

/** What a network's fault code means, and what to do. */
const networkAdvice: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name in base_url has no address: check it, and the DNS of this machine.',
  EAI_AGAIN: 'The DNS of this machine does not answer: try again, or check its network.',
  EMETADATA: 'The name in base_url leads to a link-local address or a metadata service: no key is sent there.',
  EPRIVATE:
    'The name in base_url (or proxy_url) leads to a private address: allow it where the router runs (GATEWAY_PRIVATE_PROVIDERS).',
  EPROXY: 'The proxy of proxy_url cannot be reached: check host and port, and whether it wants https.',
  EPROXYAUTH: 'The proxy wants other credentials (407): set proxy_credentials_ref to a user:password that it takes.',
  EPROXYREFUSED: 'The proxy makes no connection to base_url: allow its host and port there.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate at base_url is for another host: check the host, or what stands before it.',
  CERT_HAS_EXPIRED: 'The certificate at base_url, or its authority, has expired: it is for its operator to renew.',
  ECONNREFUSED: 'Nothing listens at base_url: start the provider, or check host and port.',
  UND_ERR_CONNECT_TIMEOUT: 'No connection to base_url comes about in time: check host, port, network and firewall.',
  EHOSTUNREACH: 'No way leads to base_url from here: check network and firewall.',
  ENETUNREACH: 'No way leads to base_url from here: check network and firewall.',
};

/** What to do about a status that is not 2xx. */
export function adviceOfStatus(status: number): string {
  const known = advice[status];
  if (known !== undefined) return `HTTP ${status}. ${known}`;
  if (status >= 500) return `HTTP ${status}. The provider has a fault: look at its status page, and try again.`;
  if (status >= 300 && status < 400)
    return `HTTP ${status}. The provider sends elsewhere: put that address into base_url.`;
  return `HTTP ${status}. The provider refuses the request.`;
}

/** What to do where no answer came. */
export function adviceOfFault(
  reason: 'timeout' | 'connection' | 'unauthorized' | 'broken' | 'aborted',
  networkCode: string,
): string {
  if (reason === 'unauthorized')
    return `The key gets no access token (${networkCode}): set one that is in force, and check the clock of this machine.`;
  const known = networkAdvice[networkCode];
  if (known !== undefined) return `${known} (${networkCode})`;
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(networkCode)) {
    return `The provider's certificate is not trusted here (${networkCode}): check base_url, or give its authority as ca_certificates.`;
  }
  if (reason === 'broken' || reason === 'connection')
    return `The connection broke${networkCode === '' ? '' : ` (${networkCode})`}: check base_url, http or https among it.`;
  return 'No answer came in time: check base_url and network, and try again.';
}
