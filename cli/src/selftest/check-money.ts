import type { Limit } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { streams } from '#contracts/streams.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import { unwrap } from '#registry/kinds.ts';
import { chargeIn, checkBill } from './check-bill.ts';
import { chainProblem } from './check-chain.ts';
import type { Ran } from './check-requests.ts';
import { eventually } from './eventually.ts';
import type { LogReader } from './log-reader.ts';
import { pricesOf } from './prices-in-log.ts';
import { CREDIT_USD, type SelftestAdmin, type SetUp, userOf } from './set-up.ts';
import { Finding, type Steps } from './steps.ts';

interface Surroundings {
  readonly admin: SelftestAdmin;
  readonly log: LogReader;
  readonly steps: Steps;
  readonly signal: AbortSignal;
  readonly waitMs: number | undefined;
  readonly made: SetUp;
  readonly ran: readonly Ran[];
}

/** Holds the bill of the requests that ran against the log, the balance, the ledger and the limit. What they cost. */
export async function checkMoney(surroundings: Surroundings): Promise<bigint> {
  const events: StoredEvent[] = [];
  let charged = 0n;
  for (const request of surroundings.ran) {
    const bill = await checkCharge(surroundings, request);
    charged += bill?.amountNanoUsd ?? 0n;
    events.push(...(bill?.events ?? []));
  }
  await checkBalance(surroundings, charged);
  await checkLedger(surroundings, charged);
  await checkLimit(surroundings);
  if (events.length > 0) await checkChain(surroundings, events);
  return charged;
}

async function checkCharge({ log, steps, signal, waitMs, made }: Surroundings, request: Ran) {
  const hint = `See "gatewayctl audit explain ${request.requestId}" and "gatewayctl dead-letters list".`;
  return steps.check(`charge of the ${request.name}`, hint, async () => {
    let events: readonly StoredEvent[] = [];
    await eventually(
      async () => {
        events = await log.stream(streams.request(request.requestId));
        return chargeIn(events) === undefined ? 'no charge is posted' : undefined;
      },
      { signal, timeoutMs: waitMs },
    );
    const prices = await pricesOf(log, chargeIn(events)?.priceKey ?? '');
    const { amountNanoUsd, priceKey, problems } = checkBill(events, prices, { ...made.customer, ...request });
    if (problems.length > 0) throw new Finding(problems.join('; '));
    const message = `${formatUsd(amountNanoUsd)} USD by ${priceKey}, worked out anew from its lines and its price`;
    return { value: { amountNanoUsd, events }, message };
  });
}

async function checkBalance({ admin, steps, signal, waitMs, made }: Surroundings, charged: bigint): Promise<void> {
  const hint = `See "gatewayctl audit balance ${made.customer.userId}" and "gatewayctl audit verify".`;
  await steps.check('balance', hint, async () => {
    const expected = `available ${formatUsd(parseUsd(CREDIT_USD) - charged)} USD, held 0.00 USD`;
    await eventually(
      async () => {
        const { balance } = await userOf(admin, made.customer.userId);
        const found = `available ${usd(balance?.availableUsd)} USD, held ${usd(balance?.heldUsd)} USD`;
        return found === expected ? undefined : `${found}; expected ${expected}`;
      },
      { signal, timeoutMs: waitMs },
    );
    return { value: undefined, message: `${CREDIT_USD} USD - ${formatUsd(charged)} USD: ${expected}` };
  });
}

function usd(text: string | undefined): string {
  return formatUsd(parseUsd(text === undefined || text === '' ? '0' : text));
}

async function checkLedger({ admin, steps, signal, waitMs, made, ran }: Surroundings, charged: bigint): Promise<void> {
  const hint = 'The ledger follows the log: see "gatewayctl dead-letters list" and "gatewayctl replay billing.ledger".';
  await steps.check('ledger', hint, async () => {
    const expected = `${1 + ran.length} lines that sum to ${formatUsd(parseUsd(CREDIT_USD) - charged)} USD`;
    await eventually(
      async () => {
        const { lines } = await admin.listLedger({ collection: 'users', id: made.customer.userId, limit: 100 });
        const sum = lines.reduce((total, { amountUsd }) => total + parseUsd(amountUsd), 0n);
        const found = `${lines.length} lines that sum to ${formatUsd(sum)} USD`;
        return found === expected ? undefined : `${found}; expected ${expected}`;
      },
      { signal, timeoutMs: waitMs },
    );
    return { value: undefined, message: expected };
  });
}

async function checkLimit({ admin, steps, signal, waitMs, made, ran }: Surroundings): Promise<void> {
  const hint = `See "gatewayctl limits get ${made.limitId}".`;
  await steps.check('limit counted', hint, async () => {
    const expected = `used ${ran.length}, held 0`;
    await eventually(
      async () => {
        const { resource } = await admin.get({ kind: 'limit', id: made.limitId });
        const limit = (resource && unwrap(resource)?.value) as Limit | undefined;
        const found = `used ${limit?.used || '0'}, held ${limit?.held || '0'}`;
        return found === expected ? undefined : `${found}; expected ${expected}`;
      },
      { signal, timeoutMs: waitMs },
    );
    return { value: undefined, message: expected };
  });
}

async function checkChain({ log, steps }: Surroundings, events: readonly StoredEvent[]): Promise<void> {
  const positions = events.map(({ position }) => position);
  // From the event before the first, whose chain hash the first one's follows from.
  const from = Math.max(1, Math.min(...positions) - 1);
  const to = Math.max(...positions);
  await steps.check('log', 'Run "gatewayctl audit verify": it reads the whole log.', async () => {
    const range = await log.range(from, to);
    const problem = chainProblem(range) ?? missingIn(range, events);
    if (problem !== undefined) throw new Finding(problem);
    return { value: undefined, message: `positions ${from} to ${to} hash from one to the next` };
  });
}

/** The events of the requests are those of the chain, not others that only a reader of streams sees. */
function missingIn(range: readonly StoredEvent[], events: readonly StoredEvent[]): string | undefined {
  const chains = new Map(range.map(({ position, chain }) => [position, chain.toString('hex')]));
  const other = events.find(({ position, chain }) => chains.get(position) !== chain.toString('hex'));
  return other === undefined ? undefined : `the event at position ${other.position} is another one in its stream`;
}
