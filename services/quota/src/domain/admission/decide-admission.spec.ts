import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import { accept, type Decider, refuse } from '#decider/decider.ts';
import { given } from '#decider/given-when-then.ts';
import type { Refusal } from '#errors/error-table.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import { admitted, charged, credited, expired, pricePublished, used, userCreated } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import { type Books, emptyBooks, foldEvent } from '../account/books.ts';
import type { AccountEventType } from '../account/events.ts';
import { type AdmissionDecision, decideAdmission, type PlaceHold } from './decide-admission.ts';

const rules = {
  multiplierBasisPoints: 10_000,
  holdTtlMs: 900_000,
  outputTokensDefault: 16_384,
  outputTokensFloor: 256,
  defaultRequestsPerMinute: 0,
};

type Event = GatewayEvent<AccountEventType | 'PricePublished'>;

interface State extends Books {
  readonly prices: Map<string, Price>;
}

const initial = (): State => ({ ...emptyBooks(), prices: new Map() });

function evolve(state: State, event: Event): State {
  if (event.type === 'PricePublished') state.prices.set(event.data.priceKey, priceFromEvent(event.data, 1));
  else foldEvent(state, { ...event, position: 1 });
  return state;
}

function decideIn(state: State, command: PlaceHold, changedRules: Partial<typeof rules> = {}): AdmissionDecision {
  const nothingPending = {
    account: state.accounts.get(command.request.userId),
    pendingNanoUsd: 0n,
    pendingRequests: () => 0,
    priceOf: (priceKey: string) => state.prices.get(priceKey),
  };
  return decideAdmission(command, nothingPending, { ...rules, ...changedRules });
}

const admission: Decider<PlaceHold, Event, State, Refusal> = {
  initial,
  evolve,
  decide(command, state) {
    const decision = decideIn(state, command);
    return decision.kind === 'accepted' ? accept(decision.event) : refuse(decision.refusal);
  },
};

const MINUTE = 60_000;
const NOW = 100 * MINUTE + 20_000;

/** Asks for 100 output tokens of a model at 1 nano-USD a token: a hold of 100. */
function placeHold(request: Partial<AdmitRequest> = {}, nowMs = NOW): PlaceHold {
  return {
    nowMs,
    request: {
      requestId: 'r',
      userId: 'u',
      keyId: 'k',
      model: 'gpt',
      stream: true,
      candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m' }],
      promptTokensBound: 1_000,
      outputTokensRequested: 100,
      choices: 1,
      ...request,
    },
  };
}

function decided(
  events: readonly Event[],
  command: PlaceHold,
  changedRules?: Partial<typeof rules>,
): AdmissionDecision {
  return decideIn(events.reduce(evolve, initial()), command, changedRules);
}

function acceptedIn(events: readonly Event[], command: PlaceHold, changedRules?: Partial<typeof rules>) {
  const decision = decided(events, command, changedRules);
  assert.ok(decision.kind === 'accepted', decision.kind === 'refused' ? decision.refusal.message : '');
  return decision;
}

function refusedIn(events: readonly Event[], command: PlaceHold, changedRules?: Partial<typeof rules>) {
  const decision = decided(events, command, changedRules);
  assert.ok(decision.kind === 'refused');
  return decision;
}

const user = (amountNanoUsd: bigint): Event[] => [userCreated({ userId: 'u' }), credited('u', amountNanoUsd)];

describe('an admission', () => {
  test('is the request, where it may go at which prices, and a hold of the most it can cost', () => {
    given(admission, [...user(10_000n), pricePublished('c/m', { inputPicoUsd: 2_000 })])
      .when(placeHold({ choices: 3 }))
      .then([
        {
          type: 'RequestAdmitted',
          data: {
            requestId: 'r',
            userId: 'u',
            keyId: 'k',
            model: 'gpt',
            stream: true,
            candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 1 }],
            multiplierBasisPoints: 10_000,
            holdNanoUsd: '2300',
            promptTokensBound: 1_000,
            outputTokensBound: 300,
            admittedAtMs: String(NOW),
            expiresAtMs: String(NOW + 900_000),
            payerKind: '',
            payerId: '',
            reservations: [],
          },
        },
      ]);
  });

  test('leaves out candidates without a price, and holds for the dearest of the others', () => {
    const candidates = ['c/none', 'c/cheap', 'c/dear'].map((priceKey) => ({ provider: 'p', model: 'm', priceKey }));
    const { holdNanoUsd, candidates: kept } = acceptedIn(
      [...user(10_000n), pricePublished('c/cheap'), pricePublished('c/dear', { outputPicoUsd: 7_000 })],
      placeHold({ candidates }),
    );
    assert.equal(holdNanoUsd, 700n);
    assert.deepEqual(
      kept.map((candidate) => candidate.priceKey),
      ['c/cheap', 'c/dear'],
    );
  });

  test('counts no more prompt tokens than the model can take', () => {
    const { event } = acceptedIn(
      [...user(10_000n), pricePublished('c/m', { inputPicoUsd: 1_000, contextTokens: 400 })],
      placeHold(),
    );
    assert.equal(event.data.promptTokensBound, 400);
    assert.equal(event.data.holdNanoUsd, '500');
  });

  test("is rated with the user's own multiplier before the gateway's", () => {
    const dearUser: Event[] = [userCreated({ userId: 'u', multiplierBasisPoints: 20_000 }), credited('u', 10_000n)];
    const { event } = acceptedIn([...dearUser, pricePublished('c/m')], placeHold());
    assert.equal(event.data.multiplierBasisPoints, 20_000);
    assert.equal(event.data.holdNanoUsd, '200');
  });

  test('may take all that is available, to the last nano-dollar', () => {
    assert.equal(acceptedIn([...user(100n), pricePublished('c/m')], placeHold()).holdNanoUsd, 100n);
  });

  test('may take what a charge or an expiry gave back', () => {
    const first = { requestId: 'a', userId: 'u', holdNanoUsd: 500n };
    const second = { requestId: 'b', userId: 'u', holdNanoUsd: 500n };
    const { holdNanoUsd } = acceptedIn(
      [
        ...user(1_000n),
        pricePublished('c/m'),
        admitted({ ...first, admittedAtMs: NOW }),
        admitted({ ...second, admittedAtMs: NOW }),
        used(first),
        charged({ ...first, amountNanoUsd: 1n }),
        expired(second),
      ],
      placeHold({ outputTokensRequested: 999 }),
    );
    assert.equal(holdNanoUsd, 999n);
  });

  test('needs no money for a model that costs nothing', () => {
    const free = pricePublished('c/m', { outputPicoUsd: 0 });
    const { holdNanoUsd, outputTokensMax } = acceptedIn(
      [userCreated({ userId: 'u' }), free],
      placeHold({ outputTokensRequested: 0 }),
    );
    assert.equal(holdNanoUsd, 0n);
    assert.equal(outputTokensMax, 16_384);
  });
});

describe('a request is refused', () => {
  test('where its user is not known', () => {
    given(admission, [pricePublished('c/m')])
      .when(placeHold())
      .thenRefused('invalid_api_key');
  });

  test('where no candidate has a price, whatever the balance', () => {
    given(admission, user(10_000n)).when(placeHold()).thenRefused('model_not_priced');
  });

  test('where one nano-dollar is missing, saying what is available, needed, set aside, and what to do', () => {
    const held = admitted({ requestId: 'a', userId: 'u', holdNanoUsd: 1_000_000n, admittedAtMs: NOW });
    const { refusal } = refusedIn([...user(1_000_099n), pricePublished('c/m'), held], placeHold());
    assert.equal(refusal.code, 'insufficient_balance');
    assert.equal(
      refusal.message,
      'The balance cannot pay for this request: 0.000000099 USD is available, and it may cost 0.0000001 USD. ' +
        '0.001 USD more is set aside for requests under way; what they do not use comes back when they end. ' +
        'Add credit, or ask for fewer tokens.',
    );
  });

  test('where its counts are none a request can have', () => {
    const events = [...user(10_000n), pricePublished('c/m', { outputPicoUsd: 0 })];
    for (const request of [
      { choices: 0 },
      { choices: 1.5 },
      { promptTokensBound: 2 ** 32 },
      { promptTokensBound: Number.NaN },
      { outputTokensRequested: -1 },
      { outputTokensRequested: 2 ** 31, choices: 2 },
    ]) {
      assert.equal(refusedIn(events, placeHold(request)).refusal.code, 'invalid_request', JSON.stringify(request));
    }
  });
});

describe('the request quota', () => {
  const limited: Event[] = [
    userCreated({ userId: 'u', requestsPerMinute: 2 }),
    credited('u', 10_000n),
    pricePublished('c/m'),
    admitted({ requestId: 'a', userId: 'u', holdNanoUsd: 1n, admittedAtMs: NOW }),
  ];
  const usedUp: Event[] = [...limited, admitted({ requestId: 'b', userId: 'u', holdNanoUsd: 1n, admittedAtMs: NOW })];

  test('says what is left after the admission, and until when', () => {
    assert.deepEqual(acceptedIn(limited, placeHold()).window, { limit: 2, remaining: 0, resetMs: 40_000 });
  });

  test('refuses what comes after the last, saying when to come back', () => {
    const { refusal, window } = refusedIn(usedUp, placeHold());
    assert.equal(refusal.code, 'quota_exceeded');
    assert.equal(refusal.retryAfterMs, 40_000);
    assert.match(refusal.message, /quota of 2 requests a minute is used up. Try again in 40 s/);
    assert.deepEqual(window, { limit: 2, remaining: 0, resetMs: 40_000 });
  });

  test('starts anew with the next clock minute', () => {
    const next = acceptedIn(usedUp, placeHold({}, 101 * MINUTE));
    assert.deepEqual(next.window, { limit: 2, remaining: 1, resetMs: MINUTE });
  });

  test('is looked at before the balance', () => {
    given(admission, usedUp)
      .when(placeHold({ outputTokensRequested: 1_000_000 }))
      .thenRefused('quota_exceeded');
  });

  test("is the gateway's default where the user has none, and none where that is 0", () => {
    const events = [...user(10_000n), pricePublished('c/m')];
    assert.equal(acceptedIn(events, placeHold(), { defaultRequestsPerMinute: 7 }).window?.remaining, 6);
    assert.equal(acceptedIn(events, placeHold()).window, null);
  });

  test('does not open again because a clock was set back a little, and does when it was wrong by much', () => {
    given(admission, usedUp)
      .when(placeHold({}, NOW - MINUTE))
      .thenRefused('quota_exceeded');
    assert.equal(acceptedIn(usedUp, placeHold({}, NOW - 60 * MINUTE)).window?.remaining, 1);
  });
});

describe('the answer of a request that leaves it open', () => {
  const open = placeHold({ outputTokensRequested: 0, promptTokensBound: 0 });
  const boundIn = (balance: bigint, price: Parameters<typeof pricePublished>[1], command = open): number =>
    acceptedIn([...user(balance), pricePublished('c/m', price)], command).outputTokensMax;

  test('has the default bound where the model has none that is known', () => {
    assert.equal(boundIn(10_000_000n, {}), 16_384);
  });

  test("has the model's bound where the balance is ample", () => {
    assert.equal(boundIn(10_000_000n, { outputTokensMax: 4_096 }), 4_096);
    assert.equal(boundIn(10_000_000n, { outputTokensMax: 128_000 }), 128_000);
  });

  test('takes no more than an eighth of the balance beyond the default bound', () => {
    assert.equal(boundIn(400_000n, { outputTokensMax: 128_000 }), 50_000);
    assert.equal(boundIn(20_000n, { outputTokensMax: 128_000 }), 16_384);
  });

  test('is lowered to what the balance pays, for all choices together', () => {
    assert.equal(boundIn(3_000n, {}), 3_000);
    assert.equal(boundIn(3_000n, {}, { ...open, request: { ...open.request, choices: 4 } }), 750);
  });

  test('is refused rather than lowered below the floor', () => {
    assert.equal(boundIn(256n, {}), 256);
    const { refusal } = refusedIn([...user(255n), pricePublished('c/m')], open);
    assert.equal(refusal.code, 'insufficient_balance');
    assert.match(refusal.message, /0.000000255 USD is available, and it may cost 0.000000256 USD. Add credit/);
  });

  test('is refused where the prompt alone cannot be paid', () => {
    const events = [...user(10_000n), pricePublished('c/m', { inputPicoUsd: 11_000 })];
    given(admission, events)
      .when(placeHold({ outputTokensRequested: 0 }))
      .thenRefused('insufficient_balance');
  });

  test('fits in what every candidate can give', () => {
    const candidates = ['c/a', 'c/b'].map((priceKey) => ({ provider: 'p', model: 'm', priceKey }));
    const { outputTokensMax } = acceptedIn(
      [
        ...user(10_000_000n),
        pricePublished('c/a', { outputTokensMax: 8_192 }),
        pricePublished('c/b', { outputTokensMax: 4_096 }),
      ],
      placeHold({ outputTokensRequested: 0, candidates }),
    );
    assert.equal(outputTokensMax, 4_096);
  });

  test('fits in the context beside the prompt, and has at least a quarter of it', () => {
    const price = { contextTokens: 8_192 };
    const withPrompt = (promptTokensBound: number) => placeHold({ outputTokensRequested: 0, promptTokensBound });
    assert.equal(boundIn(10_000_000n, price, withPrompt(3_000)), 5_192);
    assert.equal(boundIn(10_000_000n, price, withPrompt(8_000)), 2_048);
  });

  test('may be shorter than the floor where the model can give no more', () => {
    assert.equal(boundIn(10_000n, { outputTokensMax: 100 }), 100);
  });
});
