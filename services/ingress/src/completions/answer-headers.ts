import { formatUsd } from '#money/nano-usd.ts';
import { gatewayHeaders } from '../http/gateway-headers.ts';
import type { Head } from './answer-writer.ts';
import type { Call } from './call.ts';

/** A list of fields is for a person to read. */
const DROPPED_MAX_CHARACTERS = 1_000;

/** What a header may hold: visible ASCII and blanks. */
const HEADER_VALUE = /^[\x20-\x7e]*$/;
const HEADER_NAME = /^[a-z0-9-]{1,100}$/;

/** What a client is told of an answer in headers, besides what the answer says itself. */
export function answerHeaders(head: Head): Readonly<Record<string, string>> {
  const { provider, attempts, dropped = [], headers = {}, costNanoUsd } = head;
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (HEADER_NAME.test(name) && HEADER_VALUE.test(value)) told[name] = value;
  }
  if (provider !== '') told[gatewayHeaders.provider] = headerText(provider);
  if (attempts !== undefined && attempts > 0) told[gatewayHeaders.attempts] = String(attempts);
  if (dropped.length > 0) told[gatewayHeaders.dropped] = headerText(dropped.join(', '));
  if (costNanoUsd !== undefined) told[gatewayHeaders.cost] = formatUsd(costNanoUsd);
  return told;
}

/** What an answer costs, in exact decimal USD. */
export function costHeaders(costNanoUsd: bigint | undefined): Readonly<Record<string, string>> {
  return costNanoUsd === undefined ? {} : { [gatewayHeaders.cost]: formatUsd(costNanoUsd) };
}

/** Sets headers of an answer that has not begun yet. */
export function setHeaders({ response }: Pick<Call, 'response'>, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent) return;
  for (const name in headers) response.setHeader(name, headers[name] ?? '');
}

/** A client's own words in a header. What a header cannot hold is written as in a URL. */
function headerText(text: string): string {
  const shown = text.length > DROPPED_MAX_CHARACTERS ? `${text.slice(0, DROPPED_MAX_CHARACTERS)}...` : text;
  return shown.toWellFormed().replaceAll(/[^\x20-\x7e]+/g, encodeURIComponent);
}
