import { writeJson } from '#ai/json/write-json.ts';
import type { Identity } from '#api-keys/identity.ts';
import { streams } from '#contracts/streams.ts';
import type { JsonObject } from '#kernel/json.ts';
import { parseObject } from '#kernel/json.ts';
import type { Calls } from '../../completions/calls.ts';
import { brokenOff, type FateOf, NO_HEAD, settleFailed } from '../../completions/kept-frames.ts';
import type { OpenAnswer } from '../../completions/open-answer.ts';
import { COSTLY_BODY_BYTES, type RefuseWithoutMoney } from '../../completions/refuse-without-money.ts';
import { type CompletionParts, runCompletion } from '../../completions/run-completion.ts';
import { answerBytes } from '../../http/answer.ts';
import { JSON_TYPE } from '../../http/error-form.ts';
import type { Exchange } from '../../http/exchange.ts';
import { parseJsonObject } from '../../http/parse-json-object.ts';
import type { Execution } from '../../idempotency/execution.ts';
import type { KeptAnswer } from '../../idempotency/kept-answer.ts';
import { setReplayHeaders } from '../../idempotency/replay-headers.ts';
import { requestFate } from '../../idempotency/request-fate.ts';
import type { IngressDependencies } from '../../ports.ts';
import { asksBackground, carriedOut, mayAskBackground } from './asks-background.ts';
import { openRun, type RunParts } from './background-run.ts';
import type { ShowResponse } from './show-response.ts';

/** Makes a response in the background, where a body asks for that; false: it does not. */
export type Background = (
  exchange: Exchange,
  identity: Identity,
  body: Buffer,
  idempotencyKey: string | undefined,
) => Promise<boolean>;

interface Asking {
  readonly identity: Identity;
  /** As it is carried out. */
  readonly sentBody: Buffer;
  /** As the client sent it. */
  readonly parsedBody: JsonObject;
}

/** What makes responses in the background. */
export interface Backgrounds {
  readonly calls: Calls;
  /** The responses that this process makes in the background. */
  readonly here: RunParts['runs'];
  readonly show: ShowResponse;
}

/** For the endpoint of the parts, which keeps turns. */
export function createBackground(
  { calls, here: runs, show }: Backgrounds,
  parts: CompletionParts & {
    readonly dependencies: Pick<IngressDependencies, 'log' | 'logger' | 'idempotency' | 'runs' | 'responses'>;
    readonly refuseWithoutMoney: RefuseWithoutMoney;
  },
  openAnswer: OpenAnswer,
): Background {
  const { dependencies, endpoint, beginTurn, refuseWithoutMoney, ownTurn } = parts;
  const { config, log, logger, idempotency, clock = Date.now } = dependencies;
  const { runs: store, responses } = dependencies;
  // Its hold and its call have to outlast it.
  const extraTimeMs = Math.max(0, config.backgroundTimeoutMs - config.requestTimeoutMs);
  const fateOf: FateOf = async (requestId) => requestFate(await log.readStream(streams.request(requestId)));

  async function make(
    exchange: Exchange,
    { identity, sentBody, parsedBody }: Asking,
    place: Disposable,
    execution: Execution | undefined,
  ): Promise<void> {
    const isStreamed = parsedBody['stream'] === true;
    const nowS = Math.floor(clock() / 1_000);
    const run = openRun({
      ...{ exchange, identity, parsedBody, isStreamed, openAnswer, nowS, store, responses, runs, logger, execution },
      timeoutMs: config.backgroundTimeoutMs,
    });
    const turns = beginTurn === undefined ? undefined : run.beginTurn(beginTurn);
    const running = calls.run(run.call, async () => {
      try {
        await runCompletion(
          { ...parts, beginTurn: turns, extraTimeMs },
          run.call,
          run.audience,
          identity,
          sentBody,
          run.once,
        );
      } finally {
        place[Symbol.dispose]();
        if (execution?.isSettled() === false) await settleFailed(execution, { ...NO_HEAD, failure: brokenOff }, fateOf);
      }
    });
    const begun = run.begun.then((response) => ({ response }));
    const first = await Promise.race([begun, running.then((fault) => ({ fault }))]);
    if ('fault' in first) {
      if (first.fault !== undefined) throw first.fault;
      return;
    }
    // A stream is written as it comes.
    if (isStreamed) exchange.record.stream = true;
    else answerBytes(exchange, 200, writeJson(first.response), { 'content-type': JSON_TYPE });
  }

  /** The response of whoever asked first, as it is now. */
  async function showAgain(exchange: Exchange, identity: Identity, answer: KeptAnswer, isStream: boolean) {
    const pieces: Buffer[] = [];
    for await (const piece of answer.pieces()) pieces.push(piece);
    const id = String(parseObject(Buffer.concat(pieces).toString())?.['id']);
    setReplayHeaders(exchange, answer);
    await show(exchange, identity, id, isStream ? { after: -1 } : null);
  }

  return async (exchange, identity, body, idempotencyKey) => {
    if (!mayAskBackground(body)) return false;
    if (body.length > COSTLY_BODY_BYTES) await ownTurn();
    const parsedBody = parseJsonObject(body, endpoint.bounds);
    if (!asksBackground(parsedBody)) return false;
    const asking = { identity, sentBody: carriedOut(body, parsedBody), parsedBody };
    if (idempotencyKey === undefined) {
      await make(exchange, asking, runs.place(identity.userId), undefined);
      return true;
    }
    const scope = [identity.userId, 'POST', endpoint.path];
    const begun = await idempotency.begin({ scope, idempotencyKey, body, requestId: exchange.id, fateOf });
    if (begun.kind === 'replay') {
      await showAgain(exchange, identity, begun.answer, parsedBody['stream'] === true);
      return true;
    }
    const { execution } = begun;
    let isBegun = false;
    try {
      await refuseWithoutMoney(identity, body.length);
      const place = runs.place(identity.userId);
      isBegun = true;
      await make(exchange, asking, place, execution);
    } finally {
      if (!isBegun) await execution.release();
    }
    return true;
  };
}
