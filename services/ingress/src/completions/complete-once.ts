import type { Identity } from '#api-keys/identity.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { streams } from '#contracts/streams.ts';
import { type Fault, faultFrom } from '#errors/fault.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Execution } from '../idempotency/execution.ts';
import type { KeptAnswer, KeptHead } from '../idempotency/kept-answer.ts';
import { setReplayHeaders } from '../idempotency/replay-headers.ts';
import { requestFate } from '../idempotency/request-fate.ts';
import type { IngressDependencies } from '../ports.ts';
import { watchClient } from './client-presence.ts';
import { deliver } from './deliver.ts';
import { brokenOff, type FateOf, keptFrames, NO_HEAD, replayedFrames, settleFailed } from './kept-frames.ts';
import type { OpenAnswer } from './open-answer.ts';
import { type TellsEnd, tellsEndOf } from './tells-end.ts';

type Dependencies = Pick<IngressDependencies, 'config' | 'log' | 'logger' | 'idempotency'>;

/** A completion under an `Idempotency-Key`, for the steps of it where that makes a difference. */
export interface Once {
  /** Waits until the admission is durable, and says why the request must not be executed all the same; else undefined. */
  admitted(durable: Promise<void> | null): Promise<Fault | undefined>;
  /** Its client repeats what breaks off, and pays for what comes whole. Absent: it does not. */
  readonly isRepeated?: boolean;
  /** The frames to be delivered: each is kept as it passes. */
  kept(frames: AsyncIterable<CompleteFrame>, isStream: boolean, signal: AbortSignal): AsyncIterable<CompleteFrame>;
}

/** Runs a completion once for its `Idempotency-Key`, or gives the answer it had. */
export function completeOnce(
  dependencies: Dependencies,
  { path, format, addressOf }: ModelEndpoint,
  openAnswer: OpenAnswer,
): (exchange: Exchange, asked: OnceAsked, run: (once: Once) => Promise<void>) => Promise<void> {
  const { idempotency, log } = dependencies;
  const fateOf: FateOf = async (requestId) => requestFate(await log.readStream(streams.request(requestId)));
  return async (exchange, { identity, idempotencyKey, body }, run) => {
    const begun = await idempotency.begin({
      // Of one path, where the URL says the model; else the body does.
      scope: [
        identity.userId,
        'POST',
        path,
        ...(addressOf === undefined ? [] : [addressOf(exchange.request.url ?? '').model]),
      ],
      idempotencyKey,
      body,
      requestId: exchange.id,
      fateOf,
    });
    if (begun.kind === 'replay') {
      await giveAgain(dependencies, exchange, begun.answer, openAnswer);
      return;
    }
    const { execution } = begun;
    const once = onceOf({
      execution,
      settleFailed: (head) => settleFailed(execution, head, fateOf),
      tellsEnd: tellsEndOf[format.name],
      isRepeated: false,
    });
    try {
      await run(once.steps);
    } finally {
      await once.settle();
    }
  };
}

export interface OnceAsked {
  readonly identity: Pick<Identity, 'userId'>;
  readonly idempotencyKey: string;
  readonly body: Buffer;
}

/** The steps of a completion that is executed once; `settle` is called when they are over, whatever came of them. */
export function onceOf(parts: {
  readonly execution: Execution;
  readonly settleFailed: (head: KeptHead) => Promise<void>;
  readonly tellsEnd: TellsEnd;
  readonly isRepeated: boolean;
}): { readonly steps: Once; settle(): Promise<void> } {
  const { execution, settleFailed, isRepeated } = parts;
  let isBegun = false;
  const steps: Once = {
    isRepeated,
    async admitted(durable) {
      // With `durability: overlapped` as well: a provider that was called cannot be called back.
      await durable;
      try {
        await execution.confirm();
        return undefined;
      } catch (thrown) {
        return faultFrom(thrown);
      }
    },
    kept(frames, isStream, signal) {
      isBegun = true;
      return keptFrames(frames, { ...parts, isStream, signal });
    },
  };
  return {
    steps,
    async settle() {
      // Else a refusal, or a fault of the gateway's own.
      if (execution.isSettled()) return;
      await (isBegun ? settleFailed({ ...NO_HEAD, failure: brokenOff }) : execution.release());
    },
  };
}

/** Gives an answer that was given before, at the pace of its client. Nothing is admitted, and no quota touched. */
export async function giveAgain(
  { config, logger }: Pick<Dependencies, 'config' | 'logger'>,
  exchange: Exchange,
  answer: KeptAnswer,
  openAnswer: OpenAnswer,
): Promise<void> {
  const { id, record } = exchange;
  setReplayHeaders(exchange, answer);
  record.stream = answer.head.headers['content-type']?.startsWith('text/event-stream') === true;
  const writer = openAnswer(exchange, record.stream);
  using client = watchClient(exchange, writer, config.requestTimeoutMs);
  await deliver(exchange, untilAborted(replayedFrames(answer), client.signal), writer, null);
  const { userId, keyId } = record;
  logger.info({ requestId: id, replayOf: answer.requestId, userId, keyId }, 'an answer was given again');
}

async function* untilAborted(frames: AsyncIterable<CompleteFrame>, signal: AbortSignal): AsyncGenerator<CompleteFrame> {
  for await (const frame of frames) {
    if (signal.aborted) return;
    yield frame;
  }
}
