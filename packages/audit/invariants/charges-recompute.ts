import { isNoUsage } from '#ai/usage.ts';
import { payerKey, payerOf } from '#contracts/payer.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Price } from '#money/price.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { rate, rateLines } from '#money/rate.ts';
import { type Invariant, type Tally, violationAt } from '../invariant.ts';
import { createPublishedPrices, type PublishedPrices } from '../published-prices.ts';
import { createUnfinishedRequests, type UnfinishedRequest } from '../unfinished-requests.ts';

/** Recomputes every amount from the recorded usage and the price version pinned at admission. */
export const chargesRecompute: Invariant = {
  id: 'I12',
  title: 'every charge follows from its usage and the price pinned at admission',
  start: (tally) => {
    const requests = createUnfinishedRequests();
    const prices = createPublishedPrices();
    return {
      onEvent: (event) => {
        prices.apply(event);
        const request = requests.apply(event);
        if (event.type !== 'ChargePosted' || request === undefined) return;
        tally.count();
        checkCharge(tally, event, request, prices);
      },
    };
  },
};

type Charge = RecordedEvent<'ChargePosted'>;

function checkCharge(
  tally: Tally,
  charge: Charge,
  { admitted, usage }: UnfinishedRequest,
  prices: PublishedPrices,
): void {
  if (admitted === undefined || usage === undefined) {
    const missing = admitted === undefined ? 'RequestAdmitted' : 'UsageRecorded';
    tally.violate(violationAt(charge, `${missing} before the charge`, 'none'));
    return;
  }
  checkCarriedOver(tally, charge, admitted, usage);
  const total = BigInt(charge.data.amountNanoUsd) + BigInt(charge.data.overrunNanoUsd);
  if (charge.data.priceKey === '' && isNoUsage(usageFromEvent(usage.data.quantities))) {
    // No provider answered, so there is nothing to price.
    if (total !== 0n) tally.violate(violationAt(charge, '0 nano-USD, since nothing was used', `${total} nano-USD`));
    return;
  }
  checkPinned(tally, charge, admitted, usage);
  const price = prices.find(charge.data.priceKey, charge.data.priceVersion);
  if (price === undefined) {
    const name = `${charge.data.priceKey} version ${charge.data.priceVersion}`;
    tally.violate(violationAt(charge, `the price ${name} in the log`, 'none'));
    return;
  }
  checkAmount(tally, charge, usage, price, total);
}

/** The charge repeats fields of earlier events, and they must be equal. */
function checkCarriedOver(
  tally: Tally,
  charge: Charge,
  admitted: RecordedEvent<'RequestAdmitted'>,
  usage: RecordedEvent<'UsageRecorded'>,
): void {
  const same = (what: string, expected: string | number | boolean, found: string | number | boolean): void => {
    if (expected !== found) tally.violate(violationAt(charge, `${what} ${expected}`, `${what} ${found}`));
  };
  same('user', admitted.data.userId, charge.data.userId);
  same('user', admitted.data.userId, usage.data.userId);
  // Old charges name neither.
  if (charge.data.payerKind !== '') same('payer', payerKey(payerOf(admitted.data)), payerKey(payerOf(charge.data)));
  if (charge.data.provider !== '') same('provider', usage.data.provider, charge.data.provider);
  same('key', admitted.data.keyId, charge.data.keyId);
  same('multiplier', admitted.data.multiplierBasisPoints, charge.data.multiplierBasisPoints);
  same('estimated', usage.data.estimated, charge.data.estimated);
}

/** The price must be the one pinned for the provider's model that answered. */
function checkPinned(
  tally: Tally,
  charge: Charge,
  admitted: RecordedEvent<'RequestAdmitted'>,
  usage: RecordedEvent<'UsageRecorded'>,
): void {
  const { provider, model } = usage.data;
  const { priceKey, priceVersion } = charge.data;
  const answered = admitted.data.candidates.filter(
    (candidate) => provider === '' || (candidate.provider === provider && candidate.model === model),
  );
  if (answered.some((pinned) => pinned.priceKey === priceKey && pinned.priceVersion === priceVersion)) return;
  const pinned = answered.map((candidate) => `${candidate.priceKey} version ${candidate.priceVersion}`).join(' or ');
  const expected = pinned === '' ? `${provider}/${model} among the admitted candidates` : `the pinned price ${pinned}`;
  tally.violate(violationAt(charge, expected, `${priceKey} version ${priceVersion}`));
}

function checkAmount(
  tally: Tally,
  charge: Charge,
  usage: RecordedEvent<'UsageRecorded'>,
  price: Price,
  total: bigint,
): void {
  const { multiplierBasisPoints } = charge.data;
  const { quantities, serviceTier } = usage.data;
  const rated = rate(usageFromEvent(quantities), price, { serviceTier, multiplierBasisPoints });
  const expectedLines = rated.lines.map((line) => `${line.unit} ${line.quantity} x ${line.pricePicoUsd}`).join(', ');
  const lines = charge.data.lines.map((line) => `${line.unit} ${line.quantity} x ${line.pricePicoUsd}`).join(', ');
  if (rated.serviceTier !== charge.data.serviceTier) {
    const found = `the tier "${charge.data.serviceTier}"`;
    tally.violate(violationAt(charge, `the prices of the tier "${rated.serviceTier}"`, found));
  }
  if (lines !== expectedLines) tally.violate(violationAt(charge, `the lines ${expectedLines}`, lines || 'none'));
  const ownTotal = rateLines(
    charge.data.lines.map((line) => ({ quantity: line.quantity, pricePicoUsd: BigInt(line.pricePicoUsd) })),
    multiplierBasisPoints,
  );
  if (ownTotal !== total) {
    tally.violate(violationAt(charge, `${ownTotal} nano-USD by the charge's own lines`, `${total} nano-USD`));
  }
  if (rated.totalNanoUsd !== total) {
    const expected = `${rated.totalNanoUsd} nano-USD by the usage and the price`;
    tally.violate(violationAt(charge, expected, `${total} nano-USD`));
  }
}
