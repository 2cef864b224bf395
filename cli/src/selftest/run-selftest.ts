import type { Provider } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { asArray, asObject, parseObject } from '#kernel/json.ts';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import { listAll } from '../list-all.ts';
import { checkMoney } from './check-money.ts';
import { checkAnswers, checkRefusals } from './check-requests.ts';
import { type Choice, chooseModel, type Offer } from './choose-model.ts';
import { createCleanup } from './cleanup.ts';
import { eventually } from './eventually.ts';
import type { LogReader } from './log-reader.ts';
import { priceInForce } from './prices-in-log.ts';
import { goodRequests } from './requests.ts';
import { CREDIT_USD, type SelftestAdmin, type SetUp, setUp } from './set-up.ts';
import { createSteps, Finding, type StepResult, type Steps, Stopped } from './steps.ts';

export interface SelftestOptions {
  readonly admin: SelftestAdmin;
  readonly log: LogReader;
  /** Where the gateway's HTTP side is. */
  readonly url: string;
  /** undefined: the cheapest. */
  readonly model: string | undefined;
  readonly isKept: boolean;
  readonly runId: string;
  /** Aborted: no further step begins, and what was made is taken away. */
  readonly signal: AbortSignal;
  /** How long charges and read models may take; undefined: as long as a takeover. */
  readonly waitMs?: number | undefined;
  /** Called before a real provider is asked. Rejects where that may not be. */
  readonly agree: (question: string) => Promise<void>;
  readonly onResult: (result: StepResult) => void;
}

export interface SelftestReport {
  readonly isOk: boolean;
  /** It was ended before its last step. */
  readonly isInterrupted: boolean;
  readonly model: string;
  readonly chargedNanoUsd: bigint;
  /** What was made and not taken away, or not to be. */
  readonly left: readonly string[];
}

/** Tries a running gateway from end to end, as an operator and as a customer, and takes away what it made for that. */
export async function runSelftest(options: SelftestOptions): Promise<SelftestReport> {
  const { isKept, signal, onResult } = options;
  const steps = createSteps(signal, onResult);
  const cleanup = createCleanup(onResult);
  let tried: Tried | undefined;
  let left: readonly string[] = [];
  try {
    tried = await runSteps(options, steps, cleanup);
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
  } finally {
    left = isKept ? cleanup.names() : await cleanup.run();
  }
  const isOk = tried !== undefined && steps.results.every(({ outcome }) => outcome === 'ok');
  return {
    isOk: isOk && (isKept || left.length === 0),
    isInterrupted: signal.aborted,
    model: tried?.model ?? '',
    chargedNanoUsd: tried?.chargedNanoUsd ?? 0n,
    left,
  };
}

type Tried = Pick<SelftestReport, 'model' | 'chargedNanoUsd'>;

async function runSteps(
  options: SelftestOptions,
  steps: Steps,
  cleanup: ReturnType<typeof createCleanup>,
): Promise<Tried> {
  const { admin, log, url, signal, runId, waitMs } = options;
  await steps.need('administration', 'Start the gateway, or see --address and --token.', async () => {
    const { actor, role } = await admin.whoAmI({});
    return { value: undefined, message: `as ${actor} (${role})` };
  });
  const made = await setUp({ admin, steps, cleanup, runId, limitRequests: goodRequests.length });
  const { model } = await pickModel(options, steps, made);
  const ran = await checkAnswers({ steps, url, signal, model, made });
  await checkRefusals({ steps, url, signal, model, made }, ran.length === goodRequests.length);
  const chargedNanoUsd = await checkMoney({ admin, log, steps, signal, waitMs, made, ran });
  return { model, chargedNanoUsd };
}

/** Asks with the new key which models there are, and before money is spent whether it may be. */
async function pickModel(options: SelftestOptions, steps: Steps, made: SetUp): Promise<Choice> {
  const { admin, log, url, signal, model: wanted, agree } = options;
  return steps.need('model', 'See --url, --model, and "gatewayctl models list".', async () => {
    const models = await modelsOf(url, made.customer.apiKey, signal);
    const providers = (await listAll(admin, 'provider')) as readonly Provider[];
    const priceOf = (priceKey: string) => priceInForce(log, priceKey, Date.now());
    const choice = await chooseModel({ models, providers, priceOf }, wanted);
    if (choice === undefined) throw new Finding(`none of the gateway's ${models.length} models has a price`);
    const most = mostUsd(choice);
    const real = `${choice.model} of a real provider, for at most ${most} USD`;
    if (!choice.isSimulated) await agree(`This asks ${real}. Go ahead?`);
    return { value: choice, message: choice.isSimulated ? `${choice.model} of the simulator` : real };
  });
}

/** By the model's price, and in any case no more than the credit. */
function mostUsd({ requestNanoUsdMax }: Choice): string {
  const credit = parseUsd(CREDIT_USD);
  const most = requestNanoUsdMax === undefined ? credit : requestNanoUsdMax * BigInt(goodRequests.length);
  return formatUsd(most < credit ? most : credit);
}

/** A new key is felt by every ingress within this time. */
const KEY_FELT_MS = 5_000;

async function modelsOf(url: string, apiKey: string, signal: AbortSignal): Promise<Offer['models']> {
  let models: Offer['models'] = [];
  await eventually(
    async () => {
      const answer = await ask(new URL('/v1/models', url), apiKey, signal);
      const list = parseObject(await answer.text())?.['data'];
      models = asArray(list).map((each) => {
        const model = asObject(each);
        return { id: String(model?.['id']), ownedBy: String(model?.['owned_by']) };
      });
      return answer.status === 200 ? undefined : `GET /v1/models with the new key is answered ${answer.status}`;
    },
    { signal, timeoutMs: KEY_FELT_MS },
  );
  return models;
}

async function ask(target: URL, apiKey: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(target, { headers: { authorization: `Bearer ${apiKey}` }, signal });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const why = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown);
    throw new Finding(`${target} gave no answer: ${why}`);
  }
}
