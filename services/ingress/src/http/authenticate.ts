import type { IncomingHttpHeaders } from 'node:http';
import type { Dialect } from './dialect.ts';

/**
 * The API key or token of a request, from `Authorization: Bearer`, `api-key` (Azure's SDKs), `x-api-key` (Anthropic's) or
 * `x-goog-api-key` (Google's); else empty. Where a request has several, the API that it speaks decides: its own header comes
 * first, then `Authorization`. Those of Anthropic's SDKs that know both send both where both are set.
 */
export function apiKeyOf(headers: IncomingHttpHeaders, dialect: Dialect): string {
  const own = ownHeaders[dialect];
  const names = ['api-key', 'x-api-key', 'x-goog-api-key'].filter((name) => name !== own);
  const given = [bearerTokenOf(headers), ...names.map((name) => textOf(headers[name]))];
  const inOrder = own === undefined ? given : [textOf(headers[own]), ...given];
  return inOrder.find((key) => key !== '') ?? '';
}

const ownHeaders: Readonly<Record<Dialect, string | undefined>> = {
  openai: undefined,
  anthropic: 'x-api-key',
  google: 'x-goog-api-key',
};

/** The token of an `Authorization: Bearer` header; empty where there is none. */
export function bearerTokenOf(headers: IncomingHttpHeaders): string {
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  return match?.[1] ?? '';
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header.trim() : '';
}
