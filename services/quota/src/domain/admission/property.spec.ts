import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import { priceFromEvent } from '#money/price.ts';
import { charged, credited, expired, pricePublished, used, userCreated } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import { createPendingAdmissions } from '../../memory/pending-admissions.ts';
import { availableNanoUsd } from '../account/account.ts';
import { emptyBooks, foldEvent } from '../account/books.ts';
import type { AccountEvent, AccountEventType } from '../account/events.ts';
import type { Hold } from '../account/hold.ts';
import { type AdmissionDecision, decideAdmission } from './decide-admission.ts';

const rules = {
  multiplierBasisPoints: 10_000,
  holdTtlMs: 900_000,
  outputTokensDefault: 400,
  outputTokensFloor: 10,
  defaultRequestsPerMinute: 0,
};

/** 1 nano-USD an output token: holds are small whole numbers. */
const price = priceFromEvent(pricePublished('c/m').data, 1);
const USERS = ['ann', 'ben'] as const;

type Step =
  | { readonly kind: 'credit'; readonly user: number; readonly amount: number }
  /** 0 tokens: left open. */
  | { readonly kind: 'admit'; readonly user: number; readonly tokens: number }
  /** One of the appends under way becomes durable, in whatever order. */
  | { readonly kind: 'append'; readonly which: number }
  /** One of them fails for certain. */
  | { readonly kind: 'fail'; readonly which: number }
  /** The authority's fold takes some events more: it may lag behind the log. */
  | { readonly kind: 'fold'; readonly events: number }
  | { readonly kind: 'charge'; readonly which: number; readonly part: number }
  | { readonly kind: 'expire'; readonly which: number };

const user = fc.integer({ min: 0, max: USERS.length - 1 });
const which = fc.nat({ max: 20 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('credit' as const), user, amount: fc.integer({ min: 1, max: 1_000 }) }),
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('admit' as const), user, tokens: fc.nat({ max: 300 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const), which }) },
    fc.record({ kind: fc.constant('fail' as const), which }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('fold' as const), events: fc.integer({ min: 1, max: 5 }) }) },
    fc.record({ kind: fc.constant('charge' as const), which, part: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('expire' as const), which }),
  ),
  { maxLength: 120, size: 'max' },
);

/** The authority, and a log it writes to and reads from as slowly and as disorderly as the steps say. */
function createWorld() {
  const log: AccountEvent[] = [];
  /** What the log says at its end, and what the authority has folded of it. */
  const truth = emptyBooks();
  const seen = emptyBooks();
  const pending = createPendingAdmissions();
  const underWay: GatewayEvent<'RequestAdmitted'>[] = [];
  const tally = new Map(USERS.map((userId) => [userId as string, { credited: 0n, charged: 0n }]));
  let requests = 0;
  let folded = 0;

  function append(event: GatewayEvent<AccountEventType>): void {
    const placed = { ...event, position: log.length + 1 };
    log.push(placed);
    foldEvent(truth, placed);
    const sums = tally.get(event.data.userId) ?? { credited: 0n, charged: 0n };
    if (event.type === 'BalanceCredited') sums.credited += BigInt(event.data.amountNanoUsd);
    if (event.type === 'ChargePosted') sums.charged += BigInt(event.data.amountNanoUsd);
    checkInvariants();
  }

  function checkInvariants(): void {
    const held = new Map<string, bigint>();
    for (const hold of truth.holds.values()) held.set(hold.userId, (held.get(hold.userId) ?? 0n) + hold.holdNanoUsd);
    for (const account of truth.accounts.values()) {
      assert.ok(availableNanoUsd(account) >= 0n, `${account.userId} is overspent`);
      assert.equal(account.heldNanoUsd, held.get(account.userId) ?? 0n);
      assert.equal(account.creditedNanoUsd, tally.get(account.userId)?.credited);
      assert.equal(account.chargedNanoUsd, tally.get(account.userId)?.charged);
    }
  }

  function fold(events: number): void {
    for (const event of log.slice(folded, folded + events)) {
      foldEvent(seen, event);
      if (event.type === 'RequestAdmitted') pending.remove(event.data.requestId);
      folded += 1;
    }
  }

  function admit(userId: string, tokens: number): AdmissionDecision {
    requests += 1;
    const request = {
      requestId: `request-${requests}`,
      userId,
      keyId: 'key',
      model: 'm',
      stream: false,
      candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m' }],
      promptTokensBound: 0,
      outputTokensRequested: tokens,
      choices: 1,
    };
    const decide = (): AdmissionDecision => {
      const state = {
        account: seen.accounts.get(userId),
        pendingNanoUsd: pending.nanoUsdOf(userId),
        pendingRequests: (windowStartMs: number) => pending.requestsOf(userId, windowStartMs),
        priceOf: () => price,
      };
      return decideAdmission({ request, nowMs: 0 }, state, rules);
    };
    let decision = decide();
    if (decision.kind === 'refused') {
      // As the handler does: no refusal from an old balance.
      fold(log.length);
      decision = decide();
    }
    if (decision.kind === 'accepted') {
      pending.add({ ...request, holdNanoUsd: decision.holdNanoUsd, windowStartMs: decision.windowStartMs });
      underWay.push(decision.event);
    } else assert.ok(BigInt(tokens || rules.outputTokensFloor) > spendable(userId), 'refused for money that is there');
    return decision;
  }

  /** What the log leaves available but for what is promised to admissions under way. */
  function spendable(userId: string): bigint {
    const account = truth.accounts.get(userId);
    const promised = underWay.filter(({ data }) => data.userId === userId).map(({ data }) => BigInt(data.holdNanoUsd));
    return (account ? availableNanoUsd(account) : 0n) - promised.reduce((sum, hold) => sum + hold, 0n);
  }

  function takeUnderWay(index: number): GatewayEvent<'RequestAdmitted'> | undefined {
    return underWay.splice(index % Math.max(1, underWay.length), 1)[0];
  }

  function openHold(index: number): Hold | undefined {
    const open = [...truth.holds.values()].filter((hold) => hold.state === 'open');
    return open[index % Math.max(1, open.length)];
  }

  function step(next: Step): void {
    if (next.kind === 'credit') append(credited(USERS[next.user] ?? 'ann', BigInt(next.amount)));
    else if (next.kind === 'admit') admit(USERS[next.user] ?? 'ann', next.tokens);
    else if (next.kind === 'fold') fold(next.events);
    else if (next.kind === 'append' || next.kind === 'fail') {
      const event = takeUnderWay(next.which);
      if (event === undefined) return;
      if (next.kind === 'append') append(event);
      else pending.remove(event.data.requestId);
    } else {
      const hold = openHold(next.which);
      if (hold === undefined) return;
      if (next.kind === 'expire') append(expired(hold));
      else charge(hold, next.part);
    }
  }

  function charge(hold: Hold, part: number): void {
    append(used(hold));
    append(charged({ ...hold, amountNanoUsd: BigInt(Math.floor(Number(hold.holdNanoUsd) * part)) }));
  }

  for (const userId of USERS) {
    append(userCreated({ userId }));
    append(credited(userId, 1_000n));
  }
  fold(log.length);
  return { step, admit, truth, tally, underWay, fold: () => fold(log.length) };
}

test('no order of admissions, appends, failures, charges and expiries overspends a balance, or refuses money that is there', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const world = createWorld();
      for (const step of sequence) world.step(step);

      // What is under way comes to its end; then all that was not charged is there to be spent, to the last nano-dollar.
      while (world.underWay.length > 0) world.step({ kind: 'append', which: 0 });
      while (world.truth.holds.size > 0) world.step({ kind: 'expire', which: 0 });
      world.fold();
      for (const [userId, sums] of world.tally) {
        const left = Number(sums.credited - sums.charged);
        assert.equal(world.admit(userId, left + 1).kind, 'refused');
        if (left > 0) assert.equal(world.admit(userId, left).kind, 'accepted');
      }
    }),
    { numRuns: 500 },
  );
});
