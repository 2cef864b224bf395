import type { IncomingHttpHeaders } from 'node:http';

/** The API key or token of a request, from `Authorization: Bearer`, `api-key` (Azure's SDKs) or `x-api-key` (Anthropic's); else empty. */
export function apiKeyOf(headers: IncomingHttpHeaders): string {
  const bearer = bearerTokenOf(headers);
  if (bearer !== '') return bearer;
  const other = headers['api-key'] ?? headers['x-api-key'];
  return typeof other === 'string' ? other.trim() : '';
}

/** The token of an `Authorization: Bearer` header; empty where there is none. */
export function bearerTokenOf(headers: IncomingHttpHeaders): string {
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  return match?.[1] ?? '';
}
