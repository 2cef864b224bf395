import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { unreachable } from '#kernel/unreachable.ts';
import type { Logger } from '#telemetry/logger.ts';
import { createAnswerKeeper } from './answer-keeper.ts';
import type { Claim, ClaimStore, Taken } from './claim-store.ts';
import { createExecution, type Execution } from './execution.ts';
import { type KeptAnswer, openAnswer } from './kept-answer.ts';
import { createSecrets, type KeySecrets } from './key-secrets.ts';
import type { RequestFate } from './request-fate.ts';

const RETRY_AFTER_MS = 1_000;

/** What is asked under an `Idempotency-Key`. */
export interface Asked {
  /** Who asks, and what for. */
  readonly scope: readonly string[];
  readonly idempotencyKey: string;
  readonly body: Buffer;
  readonly requestId: string;
  /** What became of an earlier try whose process is gone. */
  readonly fateOf: (requestId: string) => Promise<RequestFate>;
}

export type Begun =
  /** Nobody has executed it: this caller does, and settles the execution whatever comes of it. */
  { readonly kind: 'run'; readonly execution: Execution } | { readonly kind: 'replay'; readonly answer: KeptAnswer };

/** Sees to it that what is asked under one key is executed once. */
export interface Idempotency {
  /**
   * Rejects with a `Fault`: `idempotency_key_in_use`, `idempotency_key_reused`, `idempotency_answer_lost`, and
   * `unavailable` where the claims cannot be reached: without them nothing is executed.
   */
  begin(asked: Asked): Promise<Begun>;
}

export function createIdempotency(parts: {
  readonly claims: ClaimStore;
  /** 64 hex digits. */
  readonly keyPepper: string;
  readonly logger: Logger;
  readonly answerMaxBytes?: number | undefined;
}): Idempotency {
  const { claims, logger, answerMaxBytes } = parts;
  const secrets = createSecrets(parts.keyPepper);

  function run(claim: Claim, key: KeySecrets): Begun {
    const keeper = createAnswerKeeper({ claims, claim, seals: key.sealsOf(claim), logger, answerMaxBytes });
    return {
      kind: 'run',
      execution: createExecution({ claims, claim, keeper, repeatText: key.repeatText(claim), logger }),
    };
  }

  /** The caller alone looks at the orphan: whoever had it is shut out, and every other repeat finds it in use. */
  async function adopt(orphan: Extract<Taken, { kind: 'orphaned' }>, key: KeySecrets, asked: Asked): Promise<Begun> {
    const { claim, earlierAttempt } = orphan;
    // An end of the process in here leaves the claim as it was, with the earlier request's id, to be looked at again.
    const fate = await asked.fateOf(claim.requestId).catch(async (error: unknown) => {
      await claims.giveBack(claim, earlierAttempt);
      throw error;
    });
    if (fate === 'open' || fate === 'used') {
      await claims.giveBack(claim, earlierAttempt);
      throw new Fault(fate === 'open' ? inUse : lost(claim));
    }
    const next = await claims.rerun(claim, asked.requestId);
    if (next === undefined) throw new Fault(inUse);
    return run(next, key);
  }

  async function begin(asked: Asked): Promise<Begun> {
    const key = secrets.of(asked.scope, asked.idempotencyKey);
    const bodyHash = secrets.bodyHash(asked.body);
    const taken = await claims.take({ keyHash: key.keyHash, bodyHash, requestId: asked.requestId });
    switch (taken.kind) {
      case 'new':
        return run(taken.claim, key);
      case 'orphaned':
        return adopt(taken, key, asked);
      case 'kept':
        return { kind: 'replay', answer: await openAnswer(claims, taken.claim, key.sealsOf(taken.claim)) };
      case 'unkept':
        throw new Fault(lost(taken.claim));
      case 'running':
        throw new Fault(inUse);
      case 'other-body':
        throw new Fault(reused);
      default:
        return unreachable(taken);
    }
  }

  return { begin: (asked) => begin(asked).catch((thrown: unknown) => Promise.reject(storeFault(thrown))) };
}

/** What the store or the log throws means that nothing can be said of the key now, so nothing is executed. */
function storeFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const message = 'Idempotency-Keys cannot be looked up now, so nothing was done. Send the request again shortly.';
  return new Fault({ code: 'unavailable', message, retryAfterMs: RETRY_AFTER_MS }, { cause: thrown });
}

const inUse: Refusal = {
  code: 'idempotency_key_in_use',
  message: 'A request with this Idempotency-Key is being answered. Send this one again shortly to have its answer.',
  param: 'Idempotency-Key',
  retryAfterMs: RETRY_AFTER_MS,
};

const reused: Refusal = {
  code: 'idempotency_key_reused',
  message: 'This Idempotency-Key belongs to a request with another body. Send the same body, or use a new key.',
  param: 'Idempotency-Key',
};

function lost({ requestId }: Claim): Refusal {
  return {
    code: 'idempotency_answer_lost',
    message: `Request ${requestId} had this Idempotency-Key. It was carried out and charged, and its answer is not kept. It is not carried out again: use a new key to ask anew.`,
    param: 'Idempotency-Key',
  };
}
