import type { Identity } from '#api-keys/identity.ts';
import { streams } from '#contracts/streams.ts';
import { parseObject } from '#kernel/json.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Claim } from '../idempotency/claim-store.ts';
import { requestFate } from '../idempotency/request-fate.ts';
import type { IngressDependencies } from '../ports.ts';
import type { BegunAgain } from '../retries/retries.ts';
import { requestDigest } from '../retries/same-request.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { watchClient } from './client-presence.ts';
import { giveAgain, type Once, onceOf } from './complete-once.ts';
import type { FateOf } from './kept-frames.ts';
import type { OpenAnswer } from './open-answer.ts';
import { tellsEndOf } from './tells-end.ts';

type Dependencies = Pick<IngressDependencies, 'config' | 'log' | 'logger' | 'retries' | 'aloneSinceMs'>;

export interface RetriedAsked {
  readonly identity: Pick<Identity, 'userId' | 'keyId'>;
  /** Of the agent that asks. */
  readonly session: string;
  readonly body: Buffer;
}

/** How a request is carried out that may be repeated. */
export interface Repeatable {
  /** undefined: as any other. */
  readonly once: Once | undefined;
  readonly openAnswer: OpenAnswer;
  /** What a client's leaving begins, instead of ending the answer; undefined: its leaving ends it. */
  readonly whileAway: ((giveUp: () => void) => () => void) | undefined;
}

/**
 * Runs an agent's request; where it repeats one whose answer has not reached the agent whole, waits for that answer and gives it
 * again. The same request after a whole answer is another one.
 */
export function completeRetried(
  dependencies: Dependencies,
  endpoint: ModelEndpoint,
  openAnswer: OpenAnswer,
): (exchange: Exchange, asked: RetriedAsked, run: (repeatable: Repeatable) => Promise<void>) => Promise<void> {
  const { retries, config } = dependencies;
  const fateOf = fateWith(dependencies);

  /** Waits for the answer of the same request, where one is under way: a stream's client gets comments meanwhile. */
  async function begin(exchange: Exchange, { identity, session, body }: RetriedAsked, waiting: Waiting) {
    return retries.begin({
      scope: [identity.userId, identity.keyId, 'POST', exchange.request.url ?? '', session],
      digest: requestDigest(body),
      requestId: exchange.id,
      fateOf,
      signal: waiting.signal,
      onWait: waiting.onWait,
    });
  }

  return async (exchange, asked, run) => {
    const isStream = (): boolean => isStreamAsked(endpoint, exchange, asked.body);
    const waiting = waitingOf(exchange, () => openAnswer(exchange, isStream()), config.requestTimeoutMs);
    const open: OpenAnswer = (to, stream) => waiting.answer() ?? openAnswer(to, stream);
    let begun: BegunAgain;
    try {
      begun = await begin(exchange, asked, waiting);
    } finally {
      waiting.end();
    }
    if (begun.kind === 'unclaimed') {
      await run({ once: undefined, openAnswer: open, whileAway: undefined });
      return;
    }
    const { claim } = begun;
    if (begun.kind === 'replay') {
      await giveAgain(dependencies, exchange, begun.answer, open);
    } else {
      const { execution } = begun;
      // What was charged and is not whole is not given again: the next try is another request.
      const settleFailed = async (): Promise<void> => {
        const fate = await fateOf(execution.requestId).catch(() => 'open' as const);
        await (fate === 'open' ? execution.orphan() : execution.release());
      };
      const once = onceOf({ execution, settleFailed, tellsEnd: tellsEndOf[endpoint.format.name], isRepeated: true });
      const whileAway = (giveUp: () => void) => retries.awaitReturn(claim, giveUp);
      try {
        await run({ once: once.steps, openAnswer: open, whileAway });
      } finally {
        await once.settle();
      }
    }
    await finishWhenTaken(dependencies, exchange, claim);
  };
}

/** Of this gateway alone, a request from before its process began has nobody at work on it, and is never charged. */
function fateWith({ log, aloneSinceMs = 0 }: Dependencies): FateOf {
  return async (requestId) => {
    const events = await log.readStream(streams.request(requestId));
    const fate = requestFate(events);
    return fate === 'open' && (events[0]?.recordedAtMs ?? 0) < aloneSinceMs ? 'free' : fate;
  };
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly onWait: () => void;
  /** The answer that was begun while the client waited; undefined: none was. */
  readonly answer: () => AnswerWriter | undefined;
  readonly end: () => void;
}

function waitingOf(exchange: Exchange, open: () => AnswerWriter, timeoutMs: number): Waiting {
  let answer: AnswerWriter | undefined;
  const fail: AnswerWriter['fail'] = (refusal) => answer?.fail(refusal);
  const client = watchClient(exchange, { fail }, timeoutMs);
  return {
    signal: client.signal,
    onWait() {
      if (answer !== undefined) return;
      answer = open();
      answer.admitted();
    },
    answer: () => answer,
    end: () => client[Symbol.dispose](),
  };
}

function isStreamAsked({ addressOf }: ModelEndpoint, { request }: Exchange, body: Buffer): boolean {
  return addressOf?.(request.url ?? '').isStream ?? parseObject(body.toString())?.['stream'] === true;
}

/** The claim ends when the whole answer has left for a client that is still there. */
async function finishWhenTaken({ retries }: Dependencies, { response }: Exchange, claim: Claim): Promise<void> {
  if (!response.writableFinished && !response.destroyed) {
    await new Promise((resolve) => response.once('finish', resolve).once('close', resolve));
  }
  if (response.writableFinished) await retries.finish(claim);
}
