import { faultFrom } from '#errors/fault.ts';
import { answerBytes, JSON_TYPE, jsonText } from '../http/answer.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { Execution } from '../idempotency/execution.ts';
import { idempotencyKeyIn } from '../idempotency/idempotency-key.ts';
import type { KeptAnswer } from '../idempotency/kept-answer.ts';
import { setReplayHeaders } from '../idempotency/replay-headers.ts';
import type { IngressDependencies } from '../ports.ts';
import { refuseInCallersWords } from './callers-words.ts';

/** What a change of the admin's is asked with. */
export interface AdminAsked {
  readonly params: Readonly<Record<string, string>>;
  /** Empty where the change reads none. */
  readonly body: Buffer;
  /** The client's own, which never runs out where accounts knows it; empty: none. */
  readonly idempotencyKey: string;
  /** The same for each try under one `Idempotency-Key`, and beyond guessing; empty: none. */
  readonly repeatText: string;
}

export interface AdminAnswer {
  readonly status: number;
  readonly document: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A change of the admin's. Whatever it does must be repeatable with the same `AdminAsked`: a try whose process dies is
 * followed by another.
 */
export type AdminChange = (asked: AdminAsked) => Promise<AdminAnswer>;

/** Statuses from here on leave open whether the change was made. */
const SERVER_ERROR = 500;

/** Builds handlers of changes, each made once for an `Idempotency-Key`. `readsBody: false`: only a repeatable one does. */
export function repeatable(
  { idempotency, logger }: Pick<IngressDependencies, 'idempotency' | 'logger'>,
  limits: BodyLimits,
): (change: AdminChange, options?: { readonly readsBody: boolean }) => Handler {
  return (change, { readsBody } = { readsBody: true }) => {
    const make = (asked: AdminAsked) => change(asked).catch(refuseInCallersWords);
    return async (exchange, params) => {
      const idempotencyKey = idempotencyKeyIn(exchange.request.headers);
      if (idempotencyKey === undefined) {
        const body = readsBody ? await readBody(exchange, limits) : Buffer.alloc(0);
        answer(exchange, documentOf(await make({ params, body, idempotencyKey: '', repeatText: '' })));
        return;
      }
      const body = await readBody(exchange, limits);
      const begun = await idempotency.begin({
        scope: ['admin', 'POST', exchange.record.route, ...Object.values(params)],
        idempotencyKey,
        body,
        requestId: exchange.id,
        // Whatever became of it: made again, the change gives what it gave.
        fateOf: async () => 'free',
      });
      if (begun.kind === 'replay') {
        await replay(exchange, begun.answer);
        logger.info({ requestId: exchange.id, replayOf: begun.answer.requestId }, 'an answer was given again');
        return;
      }
      const { repeatText } = begun.execution;
      await makeOnce(exchange, begun.execution, () => make({ params, body, idempotencyKey, repeatText }));
    };
  };
}

interface AnswerDocument {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function makeOnce(exchange: Exchange, execution: Execution, make: () => Promise<AdminAnswer>): Promise<void> {
  let document: AnswerDocument;
  try {
    document = documentOf(await make());
  } catch (thrown) {
    if (faultFrom(thrown).httpStatus < SERVER_ERROR) await execution.release();
    else await execution.orphan();
    throw thrown;
  }
  const { status, headers, body } = document;
  await execution.write(body);
  await execution.keep({ status, headers, provider: '', model: '', failure: null });
  answer(exchange, document);
}

async function replay(exchange: Exchange, kept: KeptAnswer): Promise<void> {
  const { status, headers } = kept.head;
  const body = Buffer.concat(await Array.fromAsync(kept.pieces()));
  setReplayHeaders(exchange, kept);
  answer(exchange, { status, headers, body });
}

function documentOf({ status, document, headers }: AdminAnswer): AnswerDocument {
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: Buffer.from(jsonText(document)) };
}

function answer(exchange: Exchange, { status, headers, body }: AnswerDocument): void {
  answerBytes(exchange, status, body, headers);
}
