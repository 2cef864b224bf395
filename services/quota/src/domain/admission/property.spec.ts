import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import { charged, credited, debited, expired, keyCreated, pricePublished, used } from '#testkit/events.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { test } from '#testkit/test.ts';
import { type DecisionWorld, worldOf } from '../../memory/testing.ts';
import type { AdmissionDecision } from './decide-admission.ts';

const USERS = ['ann', 'ben'] as const;

/** Ann pays for herself, and the team pays for Ben. One nano-USD an output token: holds are small whole numbers. */
const beginning: readonly GatewayEvent[] = [
  resourceSet('team', { id: 'team', status: 'active', tags: ['paid'] }),
  resourceSet('user', { id: 'ann', status: 'active', tags: ['paid'] }),
  resourceSet('user', { id: 'ben', status: 'active', teamId: 'team' }),
  keyCreated({ keyId: 'key-ann', userId: 'ann' }),
  keyCreated({ keyId: 'key-ben', userId: 'ben' }),
  credited('ann', 1_000n),
  credited('', 1_000n, { payerKind: 'team', payerId: 'team' }),
  pricePublished('c/m'),
  limit('minute', { kind: 'gateway', id: '' }, { unit: 'requests', period: 'minute', amount: '6' }),
  limit('money', { kind: 'user', id: 'ann' }, { unit: 'cost', period: 'hour', amount: '0.0000006' }),
  limit(
    'answers',
    { kind: 'tag', id: 'paid' },
    { unit: 'output_tokens', period: 'minute', amount: '500', kind: 'hard' },
  ),
  limit('rate', { kind: 'key', id: 'key-ben' }, { unit: 'tokens', period: 'minute', amount: '400' }),
  limit('provider', { kind: 'provider', id: 'p' }, { unit: 'tokens', period: 'minute', amount: '450', kind: 'hard' }),
  limit('soft', { kind: 'gateway', id: '' }, { unit: 'tokens', period: 'hour', amount: '1', kind: 'soft' }),
];

function limit(id: string, subject: { kind: string; id: string }, fields: object): GatewayEvent {
  return resourceSet('limit', { id, subject, generation: 1, ...fields });
}

type Step =
  | { readonly kind: 'credit' | 'debit'; readonly user: number; readonly amount: number }
  | { readonly kind: 'admit'; readonly user: number; readonly tokens: number }
  /** One of the appends under way becomes durable, in whatever order. */
  | { readonly kind: 'append'; readonly which: number }
  /** One of them fails for certain. */
  | { readonly kind: 'fail'; readonly which: number }
  /** The authority's fold takes some events more: it may lag behind the log. */
  | { readonly kind: 'fold'; readonly events: number }
  | { readonly kind: 'charge'; readonly which: number; readonly part: number }
  | { readonly kind: 'expire'; readonly which: number }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The amount of the tag's limit, or a raise of it for a time. */
  | { readonly kind: 'amount' | 'raise'; readonly amount: number }
  /** A successor begins with what the log holds. */
  | { readonly kind: 'crash' };

const user = fc.integer({ min: 0, max: USERS.length - 1 });
const which = fc.nat({ max: 20 });
const amount = fc.integer({ min: 1, max: 1_000 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('credit' as const, 'debit' as const), user, amount }),
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('admit' as const), user, tokens: fc.nat({ max: 300 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), which }) },
    fc.record({ kind: fc.constant('fail' as const), which }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('fold' as const), events: fc.integer({ min: 1, max: 5 }) }) },
    fc.record({ kind: fc.constant('charge' as const), which, part: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('expire' as const), which }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 50_000 }) }),
    fc.record({ kind: fc.constantFrom('amount' as const, 'raise' as const), amount }),
    fc.record({ kind: fc.constant('crash' as const) }),
  ),
  { maxLength: 120, size: 'max' },
);

/** What a request used, and which provider answered; empty: none did. */
interface Outcome {
  readonly tokens: bigint;
  readonly provider: string;
}

type Admitted = GatewayEvent<'RequestAdmitted'>['data'];

/** What the log says at its end, of every request there ever was: sums are made anew each time. */
class Model {
  readonly requests = new Map<string, { readonly data: Admitted; used?: Outcome }>();
  readonly owned = new Map<string, bigint>();

  payerOf({ userId, payerKind }: Pick<Admitted, 'userId' | 'payerKind'>): string {
    return payerKind === '' ? userId : 'team';
  }
  open(): Admitted[] {
    return [...this.requests.values()].filter((request) => request.used === undefined).map(({ data }) => data);
  }
  take(event: GatewayEvent): void {
    if (event.type === 'BalanceCredited') this.move(this.payerOf(event.data), BigInt(event.data.amountNanoUsd));
    else if (event.type === 'BalanceDebited') this.move(event.data.payer.id, -BigInt(event.data.amountNanoUsd));
    else if (event.type === 'RequestAdmitted') this.requests.set(event.data.requestId, { data: event.data });
    else if (event.type === 'HoldExpired') this.end(event.data.requestId, { tokens: 0n, provider: '' });
    else if (event.type === 'ChargePosted') {
      this.move(this.payerOf(event.data), -BigInt(event.data.amountNanoUsd));
      this.end(event.data.requestId, { tokens: BigInt(event.data.amountNanoUsd), provider: event.data.provider });
    }
  }
  move(payer: string, nanoUsd: bigint): void {
    this.owned.set(payer, (this.owned.get(payer) ?? 0n) + nanoUsd);
  }
  end(requestId: string, outcome: Outcome): void {
    const request = this.requests.get(requestId) ?? assert.fail('an end without a beginning');
    assert.equal(request.used, undefined, 'a hold has one end');
    request.used = outcome;
  }
  available(payer: string): bigint {
    const held = this.open().filter((data) => this.payerOf(data) === payer);
    return (this.owned.get(payer) ?? 0n) - held.reduce((sum, { holdNanoUsd }) => sum + BigInt(holdNanoUsd), 0n);
  }
  /** Of each window that anything was ever set aside in. */
  windows(): Map<string, { used: bigint; held: bigint }> {
    const windows = new Map<string, { used: bigint; held: bigint }>();
    for (const { data, used: outcome } of this.requests.values()) {
      for (const { limitId, windowStartMs, amount, unit, provider } of data.reservations) {
        const sums = windows.get(`${limitId}@${windowStartMs}`) ?? { used: 0n, held: 0n };
        windows.set(`${limitId}@${windowStartMs}`, sums);
        if (outcome === undefined) sums.held += BigInt(amount);
        else if (provider === '' || provider === outcome.provider)
          sums.used += unit === 'requests' ? 1n : outcome.tokens;
      }
    }
    return windows;
  }
}

/** The authority, and a log it writes to and reads from as slowly and as disorderly as the steps say. */
function createWorld() {
  const log: GatewayEvent[] = [...beginning];
  const model = new Model();
  for (const event of beginning) model.take(event);
  let seen: DecisionWorld = worldOf(beginning);
  let folded = log.length;
  const underWay: GatewayEvent<'RequestAdmitted'>[] = [];
  /** The most that was allowed in a window when any of its requests was decided. */
  const caps = new Map<string, bigint>();
  let requests = 0;
  let nowMs = 3_600_000;
  let answers = { amount: '500', raisedAmount: '', raisedUntil: '' };

  function append(event: GatewayEvent): void {
    log.push(event);
    model.take(event);
    for (const payer of ['ann', 'team']) assert.ok(model.available(payer) >= 0n, `${payer} is overspent`);
    for (const [window, { used, held }] of model.windows()) {
      const cap = caps.get(window);
      if (cap !== undefined) assert.ok(used + held <= cap, `${window}: ${used} + ${held} > ${cap}`);
    }
  }

  function fold(events: number): void {
    const next = log.slice(folded, folded + events);
    seen.take(...next);
    folded += next.length;
  }

  function decide(userId: string, tokens: number): AdmissionDecision {
    requests += 1;
    const request = {
      requestId: `request-${requests}`,
      userId,
      keyId: `key-${userId}`,
      model: 'm',
      stream: false,
      candidates: ['p', 'q'].map((provider) => ({ provider, model: 'm', priceKey: 'c/m' })),
      promptTokensBound: 0,
      promptTokensEstimate: 0,
      outputTokensRequested: tokens,
      choices: 1,
      ...plainChat,
    };
    return seen.decide(request, nowMs);
  }

  function admit(userId: string, tokens: number): AdmissionDecision {
    let decision = decide(userId, tokens);
    // As the handler does: no refusal from an old balance.
    if (decision.kind === 'refused') fold(log.length);
    if (decision.kind === 'refused') decision = decide(userId, tokens);
    if (decision.kind === 'refused') return decision;
    const { event, reservations, payer, holdNanoUsd } = decision;
    for (const { limitId, startMs, kind } of reservations) {
      if (kind !== 'hard') continue;
      const key = `${limitId}@${startMs}`;
      const cap = allowedOf(limitId);
      caps.set(key, cap > (caps.get(key) ?? 0n) ? cap : (caps.get(key) ?? 0n));
    }
    seen.memory.sources.pending.add({ requestId: event.data.requestId, payer, holdNanoUsd, reservations });
    underWay.push(event);
    return decision;
  }

  function allowedOf(limitId: string): bigint {
    const fixed: Record<string, bigint> = { minute: 6n, money: 600n, provider: 450n };
    const { amount: usual, raisedAmount, raisedUntil } = seenAnswers();
    const isRaised = raisedAmount !== '' && nowMs < Date.parse(raisedUntil);
    return fixed[limitId] ?? BigInt(isRaised ? raisedAmount : usual);
  }

  /** The tag's limit as the authority knows it: policy is folded late as well. */
  function seenAnswers(): typeof answers {
    const found = log
      .slice(0, folded)
      .findLast(
        ({ type, data }) => type === 'ResourceSet' && 'resource' in data && data.resource?.limit?.id === 'answers',
      );
    const said = found?.type === 'ResourceSet' ? found.data.resource?.limit : undefined;
    return { amount: said?.amount ?? '', raisedAmount: said?.raisedAmount ?? '', raisedUntil: said?.raisedUntil ?? '' };
  }

  function setAnswers(changed: Partial<typeof answers>): void {
    answers = { ...answers, ...changed };
    append(
      limit(
        'answers',
        { kind: 'tag', id: 'paid' },
        { unit: 'output_tokens', period: 'minute', kind: 'hard', ...answers },
      ),
    );
  }

  function settle(index: number, part: number | undefined): void {
    const open = model.open();
    const data = open[index % Math.max(1, open.length)];
    if (data === undefined) return;
    if (part === undefined) {
      append(expired(data));
      return;
    }
    const tokens = Math.floor(Number(data.holdNanoUsd) * part);
    append(used(data));
    const provider = data.candidates.at(-1)?.provider ?? '';
    const charge = charged({ ...data, amountNanoUsd: BigInt(tokens), provider });
    append({
      ...charge,
      data: { ...charge.data, lines: [{ unit: 'output', quantity: tokens, pricePicoUsd: '1000' }] },
    });
  }

  function step(next: Step): void {
    if (next.kind === 'credit') append(credited(USERS[next.user] ?? 'ann', BigInt(next.amount)));
    else if (next.kind === 'debit') {
      // As the handler does: decided on all that is folded and pending, and pending itself until it is folded.
      fold(log.length);
      const promised = underWay.filter(({ data }) => model.payerOf(data) === 'ann');
      const left = promised.reduce((sum, { data }) => sum - BigInt(data.holdNanoUsd), model.available('ann'));
      if (BigInt(next.amount) <= left) append(debited({ kind: 'user', id: 'ann' }, BigInt(next.amount)));
      fold(log.length);
    } else if (next.kind === 'admit') admit(USERS[next.user] ?? 'ann', next.tokens + 1);
    else if (next.kind === 'fold') fold(next.events);
    else if (next.kind === 'wait') nowMs += next.ms;
    else if (next.kind === 'amount') setAnswers({ amount: String(next.amount) });
    else if (next.kind === 'raise') {
      setAnswers({ raisedAmount: String(next.amount), raisedUntil: new Date(nowMs + 40_000).toISOString() });
    } else if (next.kind === 'crash') {
      // What the log does not hold by now can never come.
      underWay.length = 0;
      seen = worldOf(log);
      folded = log.length;
    } else if (next.kind === 'charge') settle(next.which, next.part);
    else if (next.kind === 'expire') settle(next.which, undefined);
    else if (next.kind === 'append' || next.kind === 'fail') {
      const [event] = underWay.splice(next.which % Math.max(1, underWay.length), 1);
      if (event === undefined) return;
      if (next.kind === 'append') append(event);
      else seen.memory.sources.pending.remove(event.data.requestId);
    }
  }

  return {
    step,
    decide,
    model,
    underWay,
    fold: () => fold(log.length),
    later() {
      nowMs += 3_600_000;
    },
    seen: () => seen,
  };
}

test('no order of admissions, appends, failures, outcomes, raises, windows and crashes passes a limit or a balance, or refuses what is left', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const world = createWorld();
      for (const step of sequence) world.step(step);

      // What is under way comes to its end; then all that was not charged is there to be spent, to the last nano-dollar.
      while (world.underWay.length > 0) world.step({ kind: 'append', which: 0 });
      while (world.model.open().length > 0) world.step({ kind: 'expire', which: 0 });
      world.fold();
      for (const { used, held } of world.model.windows().values()) assert.ok(held === 0n && used >= 0n);
      for (const { current, others } of world.seen().live.counters.values()) {
        assert.ok([current, ...others].every(({ held }) => held === 0n));
        assert.ok(others.length <= 1, 'but for the window before, what is over is dropped');
      }
      world.step({ kind: 'amount', amount: 100_000 });
      world.fold();
      world.later();
      // In new windows the key's rate and Ann's money of an hour are what they were at the beginning.
      const ann = Math.min(600, Number(world.model.available('ann')));
      const ben = Math.min(
        400,
        Number(world.model.available(world.model.owned.get('ben') === undefined ? 'team' : 'ben')),
      );
      for (const [userId, left] of [
        ['ann', ann],
        ['ben', ben],
      ] as const) {
        assert.equal(world.decide(userId, left + 1).kind, 'refused');
        if (left > 0) assert.equal(world.decide(userId, left).kind, 'accepted');
      }
    }),
    { numRuns: 500 },
  );
});
