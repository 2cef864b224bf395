import { hash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header lets its sender read `/metrics`. Without a token anyone may. */
export function metricsTokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const expected = digest(`Bearer ${token}`);
  // Digests have one length, so the comparison takes one time, whatever was sent.
  return (authorization = '') => timingSafeEqual(digest(authorization), expected);
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
