import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Refusal } from '#errors/error-table.ts';
import { GATEWAY_STOPS } from '#kernel/cut-by-gateway.ts';
import type { Calls } from './completions/calls.ts';
import type { IngressConfig } from './config.ts';
import type { Exchange } from './http/exchange.ts';

/** How long the router may take to record what was used of answers that were stopped. */
const SETTLE_MS = 5_000;

/** How long connections may take to close once every answer is written. */
const CLOSE_MS = 1_000;

const POLL_MS = 10;

/** Connections that are no HTTP any more, which the server does not close. */
interface DrainedSockets {
  /** Has each closed once what runs on it is over. */
  drain(): void;
  /** Closes what is left. */
  drop(): void;
}

const stopping: Refusal = { code: 'unavailable', message: 'The gateway is stopping; send the request again.' };

/**
 * Stops a server: no new connections, idle ones closed, running answers ended or, when the time is up, broken off in a
 * way their clients notice. Resolves when nothing runs any more, within about `drainTimeoutMs` and 6 s.
 */
export async function drainServer(
  server: Server,
  {
    open,
    calls,
    sockets,
  }: { readonly open: ReadonlySet<Exchange>; readonly calls: Calls['open']; readonly sockets: DrainedSockets },
  config: IngressConfig,
): Promise<void> {
  const running = () => [...open, ...calls];
  if (config.drainNoticeMs > 0) await wait(config.drainNoticeMs);
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  for (const exchange of open) closeAfterAnswer(exchange);
  sockets.drain();
  if (!(await emptied(running, config.drainTimeoutMs))) {
    for (const { stop } of running()) stop?.(stopping, GATEWAY_STOPS);
    await emptied(running, SETTLE_MS);
  }
  await Promise.race([closed, wait(CLOSE_MS)]);
  server.closeAllConnections();
  sockets.drop();
  await closed;
}

/**
 * Has a connection closed with the answer that is on its way, be it by the answer's own header or, too late for that,
 * by hand.
 */
export function closeAfterAnswer({ request, response }: Exchange): void {
  if (response.headersSent) response.once('finish', () => request.socket.destroySoon());
  else response.setHeader('connection', 'close');
}

/** Whether all of them ended in time. Polled: a drain is rare, and a hook in each request is not. */
async function emptied(running: () => readonly unknown[], timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (running().length > 0) {
    if (performance.now() >= deadlineMs) return false;
    await wait(POLL_MS);
  }
  return true;
}
