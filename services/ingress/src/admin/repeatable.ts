import type { IncomingHttpHeaders } from 'node:http';
import type { AdminCaller } from '#contracts/admin.ts';
import { faultFrom } from '#errors/fault.ts';
import { answerBytes, answerEmpty, jsonText } from '../http/answer.ts';
import { JSON_TYPE } from '../http/error-form.ts';
import type { Exchange } from '../http/exchange.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { Execution } from '../idempotency/execution.ts';
import { idempotencyKeyIn } from '../idempotency/idempotency-key.ts';
import type { KeptAnswer } from '../idempotency/kept-answer.ts';
import { setReplayHeaders } from '../idempotency/replay-headers.ts';
import type { IngressDependencies } from '../ports.ts';
import type { AdminHandler } from './admin-callers.ts';

/** What a change of the admin's is asked with. */
export interface AdminAsked {
  readonly params: Readonly<Record<string, string>>;
  /** Empty where the change reads none. */
  readonly body: Buffer;
  /** The client's own, which never runs out where accounts knows it; empty: none. */
  readonly idempotencyKey: string;
  /** The same for each try under one `Idempotency-Key`, and beyond guessing; empty: none. */
  readonly repeatText: string;
  readonly headers: IncomingHttpHeaders;
  readonly caller: AdminCaller;
}

export interface AdminAnswer {
  readonly status: number;
  /** undefined: the answer has no body. */
  readonly document: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A change of the admin's. Whatever it does must be repeatable with the same `AdminAsked`: a try whose process dies is
 * followed by another.
 */
export type AdminChange = (asked: AdminAsked) => Promise<AdminAnswer>;

/** What is read of a change. */
export interface AdminBody {
  /** false: a body is read of a repeatable change alone. */
  readonly readsBody: boolean;
  /** What its fields may take, if that is more than the bound of all bodies. */
  readonly bodyBytes: number;
}

/** Builds handlers of changes, each made once for an `Idempotency-Key`. */
export type Repeatable = (change: AdminChange, body: AdminBody) => AdminHandler;

/** Statuses from here on leave open whether the change was made. */
const SERVER_ERROR = 500;
const STATUS_EMPTY = 204;

export function repeatable(
  { idempotency, logger }: Pick<IngressDependencies, 'idempotency' | 'logger'>,
  general: BodyLimits,
): Repeatable {
  return (change, { readsBody, bodyBytes }) =>
    async (exchange, params, caller) => {
      const limits = { ...general, bodyMaxBytes: Math.max(general.bodyMaxBytes, bodyBytes) };
      const { headers, method = '' } = exchange.request;
      const idempotencyKey = idempotencyKeyIn(headers);
      const asked = { params, headers, caller };
      if (idempotencyKey === undefined) {
        const body = readsBody ? await readBody(exchange, limits) : Buffer.alloc(0);
        answerAdmin(exchange, await change({ ...asked, body, idempotencyKey: '', repeatText: '' }));
        return;
      }
      const body = await readBody(exchange, limits);
      const begun = await idempotency.begin({
        // Of each administrator their own: nobody is given the answer that another one was.
        scope: ['admin', method, exchange.record.route, caller.actor, ...Object.values(params)],
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
      await makeOnce(exchange, begun.execution, () => change({ ...asked, body, idempotencyKey, repeatText }));
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

/** Answers a command. */
export function answerAdmin(exchange: Exchange, given: AdminAnswer): void {
  answer(exchange, documentOf(given));
}

function documentOf({ status, document, headers = {} }: AdminAnswer): AnswerDocument {
  if (document === undefined) return { status, headers, body: Buffer.alloc(0) };
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: Buffer.from(jsonText(document)) };
}

function answer(exchange: Exchange, { status, headers, body }: AnswerDocument): void {
  if (status === STATUS_EMPTY) answerEmpty(exchange, headers);
  else answerBytes(exchange, status, body, headers);
}
