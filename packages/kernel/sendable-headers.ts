/** A name is a token (RFC 9110, 5.6.2). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What a value may have (RFC 9110, 5.5), in Latin-1: no line break, which would begin another header, and no control character. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Those of one connection (RFC 9110, 7.6.1), and those that frame a message: they are the HTTP client's own. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
  'host',
  'http2-settings',
]);

/** They carry a secret, and the gateway has a place for that which is no log. */
const secret: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
]);

/** The gateway sets them itself, as it sends and reads bodies of one kind. */
const own: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'accept-encoding', 'x-request-id']);

/** Why configured headers cannot be sent with every request, and what to do; undefined: they can. Values are not repeated. */
export function headersFault(headers: Readonly<Record<string, string>>): string | undefined {
  const seen = new Set<string>();
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!NAME.test(given)) return `"${given}" is no name of a header: take letters, digits and hyphens`;
    if (seen.has(name)) return `"${given}" is there twice, in other letters: keep one`;
    seen.add(name);
    if (framing.has(name)) return `"${given}" is of the connection, and the gateway's own: leave it out`;
    if (secret.has(name)) return `"${given}" carries a secret: give the key as api_key_ref or api_key`;
    if (own.has(name)) return `"${given}" is set by the gateway itself: leave it out`;
    if (!VALUE.test(value))
      return `the value of "${given}" has a line break, a control character or one beyond Latin-1`;
  }
  return undefined;
}
