import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { openAiErrorBody } from '#ai/formats/openai-chat/error-body.ts';
import type { Refusal } from '#errors/error-table.ts';
import { JSON_TYPE } from './error-form.ts';
import { securityHeaders } from './security-headers.ts';

/** How long a client may take to read a raw answer and close its side: it has done wrong already. */
const RAW_LINGER_MS = 2_000;

/** An error answer as bytes, for connections on which Node writes no answer any more. */
export function rawAnswer(
  id: string,
  status: number,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): string {
  const body = JSON.stringify(openAiErrorBody(refusal));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-request-id: ${id}`,
    ...Object.entries({ ...securityHeaders, ...headers }).map(([name, value]) => `${name}: ${value}`),
    `content-type: ${JSON_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

/**
 * Writes a last answer and closes the connection when the client has closed its side or the patience is at its end: at
 * once, with bytes of the client unread, the kernel would send a reset, which throws the answer away.
 */
export function endRaw(socket: Duplex, answer: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(answer);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), RAW_LINGER_MS);
  timer.unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
}
