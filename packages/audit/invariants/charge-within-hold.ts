import { payerOf } from '#contracts/payer.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { houseCostLines } from '#money/house-cost.ts';
import { accounts } from '#money/posting.ts';
import { type Invariant, type Tally, violationAt } from '../invariant.ts';
import { sumsByAccount } from '../posting-sums.ts';
import { createUnfinishedRequests, type UnfinishedRequest } from '../unfinished-requests.ts';

/** The hold is a promise to the client. The house pays any cost above it, from an account of its own. */
export const chargeWithinHold: Invariant = {
  id: 'I9',
  title: 'no charge is above its hold; what is above stands in house_overrun only',
  start: (tally) => {
    const requests = createUnfinishedRequests();
    return {
      onEvent: (event) => {
        const request = requests.apply(event);
        if (request === undefined || event.type === 'RequestAdmitted' || event.type === 'UsageRecorded') return;
        if (event.type !== 'HoldExpired' && event.type !== 'ChargePosted') return;
        tally.count();
        checkHold(tally, event, request);
        if (event.type === 'ChargePosted') checkCharge(tally, event);
      },
    };
  },
};

/** The end of a hold gives back the placed amount, to the same user. */
function checkHold(
  tally: Tally,
  event: RecordedEvent<'HoldExpired' | 'ChargePosted'>,
  { admitted }: UnfinishedRequest,
): void {
  if (admitted === undefined) return;
  const placed = `${admitted.data.holdNanoUsd} nano-USD held of user ${admitted.data.userId}`;
  const ended = `${event.data.holdNanoUsd} nano-USD held of user ${event.data.userId}`;
  if (placed !== ended) tally.violate(violationAt(event, placed, ended));
}

function checkCharge(tally: Tally, event: RecordedEvent<'ChargePosted'>): void {
  const amount = BigInt(event.data.amountNanoUsd);
  const overrun = BigInt(event.data.overrunNanoUsd);
  const hold = BigInt(event.data.holdNanoUsd);
  if (amount < 0n || amount > hold) {
    tally.violate(violationAt(event, `a charge from 0 to ${hold} nano-USD`, `a charge of ${amount}`));
  }
  if (overrun < 0n || (overrun > 0n && amount !== hold)) {
    const expected = 'an overrun only where the whole hold is charged';
    tally.violate(violationAt(event, expected, `an overrun of ${overrun}, ${amount} of ${hold} nano-USD charged`));
  }
  const house = event.data.houseCosts.reduce((sum, cost) => sum + BigInt(cost.amountNanoUsd), 0n);
  const expected = new Map<string, bigint>([
    [accounts.payer(payerOf(event.data)), -amount],
    [accounts.houseOverrun, -overrun],
    [accounts.revenue, amount + overrun],
    ...houseCostLines(accounts.houseAttempts, house).map((line) => [line.account, line.amountNanoUsd] as const),
  ]);
  const posted = sumsByAccount(event.data.postings);
  for (const account of new Set([...expected.keys(), ...posted.keys()])) {
    const due = expected.get(account) ?? 0n;
    const found = posted.get(account) ?? 0n;
    if (found !== due) tally.violate(violationAt(event, `${due} nano-USD posted to ${account}`, `${found}`));
  }
}
