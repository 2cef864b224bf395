import type { Identity } from '#api-keys/identity.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { streams } from '#contracts/streams.ts';
import { type Fault, faultFrom } from '#errors/fault.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Execution } from '../idempotency/execution.ts';
import type { KeptAnswer } from '../idempotency/kept-answer.ts';
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
      await replay(dependencies, exchange, begun.answer, openAnswer);
      return;
    }
    const { execution } = begun;
    let isBegun = false;
    try {
      await run(
        onceOf({ execution, fateOf, tellsEnd: tellsEndOf[format.name] }, () => {
          isBegun = true;
        }),
      );
    } finally {
      // A refusal, or a fault of the gateway's own.
      if (!execution.isSettled()) {
        if (isBegun) await settleFailed(execution, { ...NO_HEAD, failure: brokenOff }, fateOf);
        else await execution.release();
      }
    }
  };
}

export interface OnceAsked {
  readonly identity: Pick<Identity, 'userId'>;
  readonly idempotencyKey: string;
  readonly body: Buffer;
}

function onceOf(
  parts: { readonly execution: Execution; readonly fateOf: FateOf; readonly tellsEnd: TellsEnd },
  onBegin: () => void,
): Once {
  const { execution } = parts;
  return {
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
      onBegin();
      return keptFrames(frames, { ...parts, isStream, signal });
    },
  };
}

/** Gives an answer that was given before, at the pace of its client. Nothing is admitted, and no quota touched. */
async function replay(
  { config, logger }: Dependencies,
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
