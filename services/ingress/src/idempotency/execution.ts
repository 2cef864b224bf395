import { Fault } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AnswerKeeper } from './answer-keeper.ts';
import type { Claim, ClaimStore } from './claim-store.ts';
import type { KeptHead } from './kept-answer.ts';

/** The one execution of what was asked under a key. It is settled once, by `keep`, `release` or `orphan`. */
export interface Execution {
  readonly requestId: string;
  /** The same for each try of this claim, and beyond guessing: makes what is executed repeatable. */
  readonly repeatText: string;
  /**
   * Says whether this execution still has the key. To be asked after its request is in the log and before anything is
   * done that cannot be undone: whoever took the key over looks into the log after it took it, so one of the two sees the
   * other. Rejects with a `Fault` where it has not, or where that cannot be said.
   */
  confirm(): Promise<void>;
  /** Takes bytes of the answer, as they are given. */
  write(bytes: Buffer): Promise<void> | undefined;
  /** The answer is at its end: it is kept from now on. Never rejects. */
  keep(head: KeptHead): Promise<void>;
  /** Nothing was executed, or nothing that cost anything: the key is free again. Never rejects. */
  release(): Promise<void>;
  /** What became of it is not known: whoever repeats it finds out. Never rejects. */
  orphan(): Promise<void>;
  readonly isSettled: () => boolean;
}

export function createExecution(parts: {
  readonly claims: ClaimStore;
  readonly claim: Claim;
  readonly keeper: AnswerKeeper;
  readonly repeatText: string;
  readonly logger: Logger;
}): Execution {
  const { claims, claim, keeper, repeatText, logger } = parts;
  let isSettled = false;

  async function settle(how: () => Promise<void>): Promise<void> {
    if (isSettled) return;
    isSettled = true;
    try {
      await how();
    } catch (error) {
      // The claim is not renewed any more: the next repeat finds an orphan.
      logger.warn({ requestId: claim.requestId, err: error }, 'a claim of an Idempotency-Key could not be given up');
    }
  }

  return {
    requestId: claim.requestId,
    repeatText,
    async confirm() {
      let isMine: boolean;
      try {
        isMine = await claims.isMine(claim);
      } catch (error) {
        const message = 'The Idempotency-Key could not be looked up again. Send the request again shortly.';
        throw new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause: error });
      }
      if (isMine) return;
      const message =
        'Another request with this Idempotency-Key has taken over. Send this one again to have its answer.';
      throw new Fault({ code: 'idempotency_key_in_use', message, param: 'Idempotency-Key', retryAfterMs: 1_000 });
    },
    write: keeper.write,
    keep: (head) => settle(() => keeper.end(head)),
    release: () => settle(() => claims.release(claim)),
    orphan: () => settle(() => claims.orphan(claim)),
    isSettled: () => isSettled,
  };
}
