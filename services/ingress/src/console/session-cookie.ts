import type { IncomingHttpHeaders } from 'node:http';

const COOKIE = 'gateway_console';

/** What the console sends with each of its requests: another site's page cannot, unless it is asked first (CORS). */
const CONSOLE_HEADER = 'x-gateway-console';

/**
 * The session of the console that a request comes from; empty: none. The cookie alone is not enough: a browser sends it with what
 * other pages make it send, too. It is SameSite=Strict, the console's own header has to be there, and where the browser says
 * which page asked, it must be one of this gateway's.
 */
export function sessionTokenIn(headers: IncomingHttpHeaders): string {
  if (headers[CONSOLE_HEADER] !== '1') return '';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return '';
  return cookieIn(headers, COOKIE);
}

/** The value of a cookie; empty: it is not there. */
export function cookieIn(headers: IncomingHttpHeaders, name: string): string {
  const found = (headers.cookie ?? '').split(';').find((each) => each.trim().startsWith(`${name}=`));
  return found === undefined ? '' : found.trim().slice(name.length + 1);
}

/** For scripts it is not there, and it goes to this gateway alone. `seconds`: 0 takes it away. */
export function sessionCookie(token: string, { seconds, isSecure }: { seconds: number; isSecure: boolean }): string {
  const secure = isSecure ? '; Secure' : '';
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
}
