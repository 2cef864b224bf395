import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * For browsers, on every answer: a type is not guessed, the address of a page is told to nobody, and a document runs nothing,
 * loads nothing and is shown in no frame. A page that needs more says so with a policy of its own.
 */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Two years, as browsers' own lists ask for. Not for subdomains: they are not the gateway's to decide about. */
const STRICT_TRANSPORT = 'max-age=63072000';

const entries = Object.entries(securityHeaders);

/**
 * Sets them, and tells a browser to come by TLS alone where this request has come by TLS: to the gateway, or to a proxy that is
 * trusted and says so. Said over plain HTTP, browsers pass it over.
 */
export function createSecurityHeaders(
  isFromProxy: (request: IncomingMessage) => boolean,
): (exchange: { readonly request: IncomingMessage; readonly response: ServerResponse }) => void {
  return ({ request, response }) => {
    for (const [name, value] of entries) response.setHeader(name, value);
    const isByTls = 'encrypted' in request.socket && request.socket.encrypted === true;
    const isForwardedByTls = request.headers['x-forwarded-proto'] === 'https' && isFromProxy(request);
    if (isByTls || isForwardedByTls) response.setHeader('strict-transport-security', STRICT_TRANSPORT);
  };
}
