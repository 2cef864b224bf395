import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Exchange } from '../http/exchange.ts';
import { crowdedBodies } from '../http/read-body.ts';
import { ageFrame } from './error-frame.ts';
import { countHeard } from './heard-bytes.ts';
import { createLanes } from './lanes.ts';
import { readTurns } from './read-turns.ts';
import { createRememberedResponses } from './remembered-responses.ts';
import { runTurn, type TurnParts } from './run-turn.ts';
import { IDLE_MAX_MS, JUNK_MAX, LIFE_MAX_MS } from './socket-bounds.ts';
import { createSocketClient } from './socket-client.ts';

/** Codes of RFC 6455, and of IANA's list: what a client reads of the end of its socket. */
export const closeCodes = { normal: 1000, goingAway: 1001, policy: 1008, tryAgain: 1013 } as const;

const MS_PER_MINUTE = 60_000;

/** A connection that is served. */
export interface ServedSocket {
  /** Takes no further turn, and closes once those that run and wait are over. */
  end(code: number, reason: string): void;
  drop(): void;
  /** Once a second or so. */
  look(nowMs: number, stallTimeoutMs: number): void;
}

/** Serves the turns of a socket until it is closed. `onGone` is called once. */
export function serveSocket(
  parts: TurnParts,
  { exchange, ws, socket }: { readonly exchange: Exchange; readonly ws: WebSocket; readonly socket: Socket },
  onGone: () => void,
): ServedSocket {
  const { limits, dependencies } = parts.completions;
  const { budget, bodyMaxBytes } = limits;
  const left = new AbortController();
  const openedAtMs = performance.now();
  let idleSinceMs = openedAtMs;
  let ending: { readonly code: number; readonly reason: string } | undefined;
  let junk = 0;

  const heard = countHeard(ws, socket, budget, () => ws.close(closeCodes.tryAgain, crowdedBodies.message));
  const client = createSocketClient(ws, socket, { answers: parts.answers, heard });
  const remembered = createRememberedResponses(dependencies.responses, {
    budget: parts.remembering,
    bytesMax: bodyMaxBytes,
  });
  const lanes = createLanes(() => {
    idleSinceMs = performance.now();
    if (ending !== undefined) client.close(ending.code, ending.reason);
  });
  const end: ServedSocket['end'] = (code, reason) => {
    ending ??= { code, reason };
    if (lanes.size() === 0) client.close(code, reason);
  };
  ws.on('error', () => undefined);
  ws.once('close', () => {
    left.abort();
    remembered.forget();
    onGone();
  });
  readTurns(ws, parts, {
    client,
    refusedNow: () =>
      ending === undefined ? undefined : { code: 'unavailable', message: `${ending.reason} Connect again.` },
    onTurn(turn) {
      lanes.enter(turn.streamId ?? '', async () => {
        const store = remembered.storeOf(turn.streamId ?? '');
        const outcome = await runTurn(parts, { ...turn, exchange, client, left: left.signal, store });
        if (outcome === 'shut-out') end(closeCodes.policy, 'The API key is not taken any more.');
      });
      junk = 0;
    },
    onJunk() {
      junk += 1;
      if (junk >= JUNK_MAX) end(closeCodes.policy, 'Too many messages were none.');
    },
  });

  function endOfAge(): void {
    const words = `A connection lasts ${LIFE_MAX_MS / MS_PER_MINUTE} minutes.`;
    if (ending === undefined) client.send(ageFrame(`${words} Connect again, and send the whole conversation.`));
    end(closeCodes.normal, words);
  }

  return {
    end,
    drop: client.drop,
    look(nowMs, stallTimeoutMs) {
      client.look(nowMs, stallTimeoutMs);
      const sinceMs = heard.partialSinceMs();
      if (sinceMs !== null && nowMs - sinceMs > dependencies.config.bodyTimeoutMs) client.drop();
      if (nowMs - openedAtMs > LIFE_MAX_MS) endOfAge();
      else if (lanes.size() === 0 && nowMs - idleSinceMs > IDLE_MAX_MS) {
        end(closeCodes.goingAway, 'Nothing was asked for a long time.');
      }
    },
  };
}
