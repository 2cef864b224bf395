import type { ErrorCode } from '#errors/error-table.ts';
import { askCompletion, type CompletionAnswer, usageOf } from './ask-completion.ts';
import { answerProblem, type GoodRequest, goodRequests, refusalProblem } from './requests.ts';
import type { SetUp } from './set-up.ts';
import { Finding, type Steps } from './steps.ts';

/** A request that was answered: what its bill must say. */
export interface Ran {
  readonly name: string;
  readonly requestId: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

interface Surroundings {
  readonly steps: Steps;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly model: string;
  readonly made: SetUp;
}

/** Sends the requests that are to be answered, one after the other. */
export async function checkAnswers({ steps, url, signal, model, made }: Surroundings): Promise<readonly Ran[]> {
  const client = { url, signal, apiKey: made.customer.apiKey };
  const ran: Ran[] = [];
  for (const request of goodRequests) {
    const hint = 'Look at the provider: "gatewayctl providers test", "gatewayctl doctor"; or try another --model.';
    await steps.check(request.name, hint, async () => {
      const answer = await askCompletion(client, request.body(model));
      // An answer of the wrong form is charged as well, and its bill is to be right.
      const billed = ranFrom(answer, request);
      if (billed !== undefined) ran.push(billed);
      const problem = answerProblem(answer, request);
      if (problem !== undefined) throw new Finding(withId(problem, answer));
      const tokens = `${billed?.promptTokens} + ${billed?.completionTokens} tokens`;
      return {
        value: undefined,
        message: `${answer.status} in ${answer.durationMs} ms, ${tokens}, ${answer.requestId}`,
      };
    });
  }
  return ran;
}

function ranFrom(answer: CompletionAnswer, { name }: GoodRequest): Ran | undefined {
  const usage = usageOf(answer);
  const isBilled = answer.status === 200 && answer.requestId !== '' && usage !== undefined;
  return isBilled ? { name, requestId: answer.requestId, ...usage } : undefined;
}

interface Refused {
  readonly name: string;
  readonly apiKey: string;
  readonly model: string;
  readonly expected: { readonly status: number; readonly code: ErrorCode; readonly names?: string };
}

/** No provider has a model of this name. */
const UNKNOWN_MODEL = 'selftest-no-such-model';

/** Sends the requests that are to be refused. @param isLimitUsedUp The limit's requests have run. */
export async function checkRefusals(
  { steps, url, signal, model, made }: Surroundings,
  isLimitUsedUp: boolean,
): Promise<void> {
  const { customer, pauper, limitId } = made;
  const unknown = { status: 404, code: 'model_not_found' } as const;
  const reached = { status: 429, code: 'quota_exceeded', names: limitId } as const;
  const noMoney = { status: 402, code: 'insufficient_balance' } as const;
  const rows: readonly Refused[] = [
    { name: 'refused: unknown model', apiKey: customer.apiKey, model: UNKNOWN_MODEL, expected: unknown },
    ...(isLimitUsedUp ? [{ name: 'refused: limit reached', apiKey: customer.apiKey, model, expected: reached }] : []),
    { name: 'refused: no money', apiKey: pauper.apiKey, model, expected: noMoney },
  ];
  const [request] = goodRequests;
  for (const { name, apiKey, model: asked, expected } of rows) {
    const hint = 'The gateway let through, or refused for another reason, what it must refuse: keep the request id.';
    await steps.check(name, hint, async () => {
      const answer = await askCompletion({ url, signal, apiKey }, request?.body(asked) ?? {});
      const problem = refusalProblem(answer, expected);
      if (problem !== undefined) throw new Finding(withId(problem, answer));
      return { value: undefined, message: `${expected.status} ${expected.code}` };
    });
  }
}

function withId(problem: string, { requestId }: CompletionAnswer): string {
  return requestId === '' ? problem : `${problem} (${requestId})`;
}
