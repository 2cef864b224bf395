import { setTimeout as pause } from 'node:timers/promises';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { unreachable } from '#kernel/unreachable.ts';
import type { Logger } from '#telemetry/logger.ts';
import { createAnswerKeeper } from '../idempotency/answer-keeper.ts';
import type { Claim, ClaimStore, Taken } from '../idempotency/claim-store.ts';
import { createExecution, type Execution } from '../idempotency/execution.ts';
import { type KeptAnswer, openAnswer } from '../idempotency/kept-answer.ts';
import { createSecrets, type KeySecrets } from '../idempotency/key-secrets.ts';
import type { RequestFate } from '../idempotency/request-fate.ts';

/** How long an answer that did not reach its client can be had again: agents give up within a few minutes. */
const KEPT_S = 10 * 60;

/** A repetition looks for its answer so often: it is not to be felt beside the seconds that an answer takes. */
const POLL_MS = 250;
/** The log tells of a request that is under way elsewhere, or never ends: it is read less often. */
const LOG_POLL_MS = 1_000;

/**
 * How long a client that has left may take to come back, before its answer is given up as that of any client: the slowest pauses
 * between the first repetitions of agents' (Claude Code: up to 8 s, Codex: up to 4 s) fit in some times over. Longer, people
 * would pay for what they have stopped on purpose.
 */
export const RETURN_WITHIN_MS = 30_000;

/** What an agent asks for. */
export interface AskedAgain {
  /** Who asks, and what for. */
  readonly scope: readonly string[];
  /** The same for a repetition, and for nothing else. */
  readonly digest: string;
  readonly requestId: string;
  /** What became of an earlier try whose process is gone. */
  readonly fateOf: (requestId: string) => Promise<RequestFate>;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** The same request is being answered: this one waits for its answer. Called each time before it looks again. */
  readonly onWait: () => void;
}

export type BegunAgain =
  | { readonly kind: 'run'; readonly execution: Execution; readonly claim: Claim }
  | { readonly kind: 'replay'; readonly answer: KeptAnswer; readonly claim: Claim }
  /** The claims cannot be reached: it is carried out as any other request. */
  | { readonly kind: 'unclaimed' };

/** Sees to it that an agent's request is executed once, however often it is repeated before its answer has reached the agent. */
export interface Retries {
  /** Waits for a request that is the same and under way. Rejects with a `Fault`: `client_gone`, `unavailable`, `idempotency_answer_lost`. */
  begin(asked: AskedAgain): Promise<BegunAgain>;
  /** The answer has reached its client whole: the same request is a new one from now on. Never rejects. */
  finish(claim: Claim): Promise<void>;
  /** Calls `giveUp` when a client that has left does not come back, and nobody waits for its answer. Returns what ends the watch. */
  awaitReturn(claim: Claim, giveUp: () => void): () => void;
}

interface Parts {
  readonly claims: ClaimStore;
  /** 64 hex digits. */
  readonly keyPepper: string;
  readonly logger: Logger;
  readonly returnWithinMs?: number | undefined;
}

export function createRetries(parts: Parts): Retries {
  const { claims, logger, returnWithinMs = RETURN_WITHIN_MS } = parts;
  const step = stepWith(parts);
  return {
    async begin(asked) {
      try {
        while (!asked.signal.aborted) {
          const begun = await step(asked);
          if (typeof begun !== 'number') return begun;
          asked.onWait();
          await pause(begun, undefined, { signal: asked.signal }).catch(() => undefined);
        }
      } catch (thrown) {
        if (thrown instanceof Fault) throw thrown;
        // An agent is served without: only its repetitions cost.
        logger.warn({ requestId: asked.requestId, err: thrown }, 'an agent is served without a claim of its request');
        return { kind: 'unclaimed' };
      }
      throw new Fault({ code: 'client_gone', message: 'The client went away before there was an answer.' });
    },
    finish: (claim) =>
      claims.finish(claim).catch((error: unknown) => {
        // The same request within KEPT_S gets this answer once more.
        logger.warn({ requestId: claim.requestId, err: error }, 'the claim of an agent could not be ended');
      }),
    awaitReturn(claim, giveUp) {
      const timer = setInterval(async () => {
        const isAwaited = await claims.isAwaited(claim).catch(() => false);
        if (!isAwaited) giveUp();
      }, returnWithinMs);
      return () => clearInterval(timer);
    },
  };
}

/** A look at the claim of a request; a number: how long to wait before the next one, in milliseconds. */
function stepWith({ claims, keyPepper, logger }: Parts): (asked: AskedAgain) => Promise<BegunAgain | number> {
  const secrets = createSecrets(keyPepper);

  function run(claim: Claim, key: KeySecrets): BegunAgain {
    const keeper = createAnswerKeeper({ claims, claim, seals: key.sealsOf(claim), logger });
    const execution = createExecution({ claims, claim, keeper, repeatText: key.repeatText(claim), logger });
    return { kind: 'run', claim, execution };
  }

  async function replay(claim: Claim, key: KeySecrets): Promise<BegunAgain> {
    await claims.awaitEnd(claim.keyHash);
    return { kind: 'replay', claim, answer: await openAnswer(claims, claim, key.sealsOf(claim)) };
  }

  /** undefined: it is not known yet what became of the earlier try. */
  async function adopt({ claim, earlierAttempt }: Orphan, key: KeySecrets, asked: AskedAgain) {
    const fate = await asked.fateOf(claim.requestId).catch(async (cause: unknown) => {
      await claims.giveBack(claim, earlierAttempt);
      throw new Fault(unknown, { cause });
    });
    if (fate === 'open' || fate === 'used') {
      await claims.giveBack(claim, earlierAttempt);
      if (fate === 'used') throw new Fault(lost(claim));
      return undefined;
    }
    const next = await claims.rerun(claim, asked.requestId);
    return next && run(next, key);
  }

  return async (asked) => {
    const { digest, requestId } = asked;
    const key = secrets.of([...asked.scope, 'retry'], digest);
    const bodyHash = secrets.bodyHash(Buffer.from(digest));
    const taken = await claims.take({ keyHash: key.keyHash, bodyHash, requestId, keptS: KEPT_S });
    switch (taken.kind) {
      case 'new':
        return run(taken.claim, key);
      case 'kept':
        return replay(taken.claim, key);
      case 'orphaned':
        return (await adopt(taken, key, asked)) ?? LOG_POLL_MS;
      case 'unkept':
        // It was delivered and is too long to be had again, or the claims were away: who asks now asks anew.
        // Where others wait for it, it is there until they have looked once more.
        await claims.finish(taken.claim);
        return POLL_MS;
      case 'running':
        await claims.awaitEnd(key.keyHash);
        return POLL_MS;
      case 'other-body':
        return { kind: 'unclaimed' };
      default:
        return unreachable(taken);
    }
  };
}

type Orphan = Extract<Taken, { kind: 'orphaned' }>;

const unknown: Refusal = {
  code: 'unavailable',
  message: 'It cannot be told now what became of this request when it was sent before. Send it again shortly.',
  retryAfterMs: 1_000,
};

function lost({ requestId }: Claim): Refusal {
  return {
    code: 'idempotency_answer_lost',
    message: `This request was sent before as ${requestId}: it was carried out and charged, and its answer is lost. It is not carried out again within ${KEPT_S / 60} minutes. Change it to ask anew.`,
  };
}
