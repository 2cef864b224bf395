import type { IncomingHttpHeaders } from 'node:http';
import type { Dialect } from './dialect.ts';

/**
 * The API key or token of a request, from `Authorization: Bearer`, `api-key` (Azure's SDKs) or `x-api-key` (Anthropic's); else
 * empty. Where a request has several, the API that it speaks decides: `x-api-key` comes first at Anthropic, else
 * `Authorization`. Those of Anthropic's SDKs that know both send both where both are set.
 */
export function apiKeyOf(headers: IncomingHttpHeaders, dialect: Dialect): string {
  const given = [bearerTokenOf(headers), textOf(headers['api-key'])];
  const anthropic = textOf(headers['x-api-key']);
  const inOrder = dialect === 'anthropic' ? [anthropic, ...given] : [...given, anthropic];
  return inOrder.find((key) => key !== '') ?? '';
}

/** The token of an `Authorization: Bearer` header; empty where there is none. */
export function bearerTokenOf(headers: IncomingHttpHeaders): string {
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  return match?.[1] ?? '';
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header.trim() : '';
}
