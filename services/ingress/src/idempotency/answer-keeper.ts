import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#telemetry/logger.ts';
import type { Claim, ClaimStore } from './claim-store.ts';
import { HEAD_SEQ, headBytes, type KeptHead } from './kept-answer.ts';
import type { PieceSeals } from './key-secrets.ts';

/** What waits in memory before it is written: most answers are one piece, and a long stream costs few statements. */
const PIECE_BYTES = 256 * 1024;

/** Twice the largest answer a provider gives. A longer one is delivered, and cannot be had again. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/** As long as a router holds an answer's end back for its usage: a restart of the database fits in. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 200;

/** Keeps an answer while it is given. */
export interface AnswerKeeper {
  /** Takes the next bytes. The promise, where there is one, resolves when they are written and there is room for more. */
  write(bytes: Buffer): Promise<void> | undefined;
  /**
   * Says that there is no more. Resolves when the answer is durable, or when it is known that it cannot be kept: it was
   * too long, the claim was taken over, or the database is away for too long. Never rejects, for the client is to have its
   * answer; without a kept one a repeat is refused, and never executed again.
   */
  end(head: KeptHead): Promise<void>;
}

export function createAnswerKeeper(parts: {
  readonly claims: ClaimStore;
  readonly claim: Claim;
  readonly seals: PieceSeals;
  readonly logger: Logger;
  readonly answerMaxBytes?: number | undefined;
  readonly patienceMs?: number;
}): AnswerKeeper {
  const { claims, claim, seals, logger, answerMaxBytes = ANSWER_MAX_BYTES, patienceMs = PATIENCE_MS } = parts;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let totalBytes = 0;
  let pieces = 0;
  let isKept = true;

  const sealed = (seq: number, bytes: Buffer) => ({ seq, sealed: seals.seal(seq, bytes) });

  function giveUp(why: string, error?: unknown): void {
    isKept = false;
    waiting = [];
    logger.warn({ requestId: claim.requestId, err: error }, `the answer to an Idempotency-Key is not kept: ${why}`);
  }

  async function flush(): Promise<void> {
    const bytes = Buffer.concat(waiting);
    let from = 0;
    try {
      for (; isKept && bytes.length - from >= PIECE_BYTES; from += PIECE_BYTES) {
        const piece = sealed(pieces + 1, bytes.subarray(from, from + PIECE_BYTES));
        if (!(await persistently(() => claims.addPiece(claim, piece), patienceMs))) giveUp('its claim was taken over');
        pieces += 1;
      }
    } catch (error) {
      giveUp('the database is away', error);
    }
    waiting = isKept ? [bytes.subarray(from)] : [];
    waitingBytes = isKept ? bytes.length - from : 0;
  }

  return {
    write(bytes) {
      if (!isKept) return undefined;
      totalBytes += bytes.length;
      if (totalBytes > answerMaxBytes) {
        giveUp(`it is longer than ${answerMaxBytes} bytes`);
        return undefined;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      return waitingBytes < PIECE_BYTES ? undefined : flush();
    },
    async end(head) {
      const last = waitingBytes === 0 ? [] : [sealed(pieces + 1, Buffer.concat(waiting))];
      try {
        if (!isKept) {
          await persistently(() => claims.leaveUnkept(claim), patienceMs);
          return;
        }
        const first = sealed(HEAD_SEQ, headBytes(head, pieces + last.length));
        if (!(await persistently(() => claims.keep(claim, [first, ...last]), patienceMs)))
          giveUp('its claim was taken over');
      } catch (error) {
        giveUp('the database is away', error);
        // Renewed no longer: the log tells whoever repeats it that it was carried out.
        await claims.orphan(claim).catch(() => undefined);
      }
    },
  };
}

/** Tries again for a while: a statement that failed may be repeated, and the answer waits for it. */
async function persistently<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAtMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() + RETRY_MS > giveUpAtMs) throw error;
    }
    await pause(RETRY_MS);
  }
}
