import type { IncomingHttpHeaders } from 'node:http';

const COOKIE = 'gateway_console';

/** Before a cookie's name, browsers take it from this very host by TLS alone: no neighbouring domain can plant one of its own. */
const OF_THIS_HOST = '__Host-';

/** What the console sends with each of its requests: another site's page cannot, unless it is asked first (CORS). */
const CONSOLE_HEADER = 'x-gateway-console';

/** Whether a request comes from the console's own page: its header is there, and where the browser says which page asked, it is one of this gateway's. */
export function isOfConsole(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return headers[CONSOLE_HEADER] === '1' && (site === undefined || site === 'same-origin');
}

/**
 * The session of the console that a request comes from; empty: none. The cookie alone is not enough: a browser sends it with what
 * other pages make it send, too. It is SameSite=Strict, and counts in the console's own requests alone.
 */
export function sessionTokenIn(headers: IncomingHttpHeaders, isSecure: boolean): string {
  return isOfConsole(headers) ? cookieIn(headers, cookieName(COOKIE, isSecure)) : '';
}

/** The name of a cookie of this gateway. `isSecure`: the browser came by TLS. */
export function cookieName(name: string, isSecure: boolean): string {
  return isSecure ? `${OF_THIS_HOST}${name}` : name;
}

/** The value of a cookie; empty: it is not there. */
export function cookieIn(headers: IncomingHttpHeaders, name: string): string {
  const found = (headers.cookie ?? '').split(';').find((each) => each.trim().startsWith(`${name}=`));
  return found === undefined ? '' : found.trim().slice(name.length + 1);
}

/** For scripts it is not there, and it goes to this gateway alone. `seconds`: 0 takes it away. */
export function sessionCookie(token: string, { seconds, isSecure }: { seconds: number; isSecure: boolean }): string {
  const secure = isSecure ? '; Secure' : '';
  const name = cookieName(COOKIE, isSecure);
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
}
