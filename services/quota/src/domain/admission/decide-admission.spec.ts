import assert from 'node:assert/strict';
import { CONTEXT_TOKENS_MAX } from '#ai/ask/file-bound.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import {
  admitted,
  charged,
  credited,
  expired,
  keyCreated,
  keyRevoked,
  pricePublished,
  used,
  userCreated,
} from '#testkit/events.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, type configured, refused, worldOf } from '../../memory/testing.ts';
import type { PlaceHold } from './decide-admission.ts';

type Event = GatewayEvent;

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
      promptTokensEstimate: 250,
      outputTokensRequested: 100,
      choices: 1,
      ...plainChat,
      ...request,
    },
  };
}

type Configured = Partial<typeof configured>;

function acceptedIn(events: readonly Event[], { request, nowMs }: PlaceHold, changed: Configured = {}) {
  return accepted(worldOf(events, { configured: changed }).decide(request, nowMs));
}

function refusedIn(events: readonly Event[], { request, nowMs }: PlaceHold, changed: Configured = {}) {
  return refused(worldOf(events, { configured: changed }).decide(request, nowMs));
}

const caller = (told: Parameters<typeof userCreated>[0] = {}): Event[] => [
  userCreated({ userId: 'u', ...told }),
  keyCreated({ keyId: 'k', userId: 'u' }),
];
const user = (amountNanoUsd: bigint): Event[] => [...caller(), credited('u', amountNanoUsd)];

describe('an admission', () => {
  test('has a hold that lasts longer where the request may run longer than others', () => {
    const events = [...user(10_000n), pricePublished('c/m', { inputPicoUsd: 2_000 })];
    const { data } = acceptedIn(events, placeHold({ extraTimeMs: 3_000_000 })).event;
    assert.equal(data.expiresAtMs, String(NOW + 900_000 + 3_000_000));
  });

  test('is the request, where it may go at which prices, and a hold of the most it can cost', () => {
    const events = [...user(10_000n), pricePublished('c/m', { inputPicoUsd: 2_000 })];
    assert.deepEqual(acceptedIn(events, placeHold({ choices: 3 })).event, {
      type: 'RequestAdmitted',
      data: {
        requestId: 'r',
        userId: 'u',
        keyId: 'k',
        model: 'gpt',
        stream: true,
        // 250 prompt tokens at 2 nano-USD, and the 256 output tokens that are usual where nothing was learned.
        candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 1, likelyCostNanoUsd: '756' }],
        multiplierBasisPoints: 10_000,
        holdNanoUsd: '2300',
        promptTokensBound: 1_000,
        outputTokensBound: 300,
        admittedAtMs: String(NOW),
        expiresAtMs: String(NOW + 900_000),
        payerKind: '',
        payerId: '',
        reservations: [],
        operation: 'chat',
        format: 'openai-chat',
        otherUnits: [],
        counts: [],
        serviceTier: '',
        attribution: { tags: [], metadata: {}, sessionId: '', agentId: '' },
        routeId: '',
        strategy: '',
        strategySource: '',
        leftOut: [],
        shadows: [],
      },
    });
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

  test('for a document, which no bytes bound, is that of the whole context of the model', () => {
    const document = placeHold({ promptTokensBound: CONTEXT_TOKENS_MAX });
    const price = { inputPicoUsd: 1_000, contextTokens: 128_000 };
    const { event } = acceptedIn([...user(10_000_000n), pricePublished('c/m', price)], document);
    assert.deepEqual([event.data.promptTokensBound, event.data.holdNanoUsd], [128_000, '128100']);
  });

  test('for a document, where the context is not known, is that of the longest there is, or the reason for a no', () => {
    const document = placeHold({ promptTokensBound: CONTEXT_TOKENS_MAX });
    const price = pricePublished('c/m', { inputPicoUsd: 1_000 });
    assert.equal(acceptedIn([...user(2_100_100n), price], document).holdNanoUsd, 2_100_100n);
    for (const outputTokensRequested of [100, 0]) {
      const asked = placeHold({ promptTokensBound: CONTEXT_TOKENS_MAX, outputTokensRequested });
      const { code, message } = refusedIn([...user(2_000_000n), price], asked).refusal;
      assert.equal(code, 'insufficient_balance');
      assert.match(
        message,
        /^The balance cannot pay for this request: 0[.]002 USD is available, and it may cost 0[.]0021/,
      );
    }
  });

  test("is rated with the user's own multiplier before the settings', and these before the configured one", () => {
    const events = [
      ...user(10_000n),
      pricePublished('c/m'),
      resourceSet('settings', { id: 'default', multiplier: '1.5' }),
    ];
    assert.equal(acceptedIn(events, placeHold()).event.data.multiplierBasisPoints, 15_000);
    const dearUser: Event[] = [...caller({ multiplierBasisPoints: 20_000 }), credited('u', 10_000n)];
    const { event } = acceptedIn([...events, ...dearUser], placeHold());
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
    const { holdNanoUsd, outputTokensMax } = acceptedIn([...caller(), free], placeHold({ outputTokensRequested: 0 }));
    assert.equal(holdNanoUsd, 0n);
    assert.equal(outputTokensMax, 16_384);
  });
});

describe('a request is refused', () => {
  const ready = [...user(10_000n), pricePublished('c/m')];
  const codeIn = (...more: readonly Event[]): string => refusedIn([...ready, ...more], placeHold()).refusal.code;

  test('where its user or its key is not known, or the key is of another user', () => {
    assert.equal(refusedIn([pricePublished('c/m')], placeHold()).refusal.code, 'invalid_api_key');
    assert.equal(codeIn(keyRevoked({ keyId: 'k' })), 'invalid_api_key');
    assert.equal(codeIn(keyCreated({ keyId: 'k', userId: 'v' })), 'invalid_api_key');
    assert.equal(codeIn(resourceSet('user', { id: 'u', status: 'deleted' })), 'invalid_api_key');
    assert.equal(acceptedIn(ready, placeHold({ keyId: '' })).holdNanoUsd, 100n);
  });

  test('where its key, its user, or what the user belongs to is not active, saying which', () => {
    const member = resourceSet('user', { id: 'u', status: 'active', teamId: 't' });
    const team = (status: string): Event => resourceSet('team', { id: 't', status, organisationId: 'o' });
    const organisation = resourceSet('organisation', { id: 'o', status: 'suspended' });
    for (const [what, ...events] of [
      ["API key's user is suspended", resourceSet('user', { id: 'u', status: 'suspended' })],
      ['API key is paused', resourceSet('key', { id: 'k', userId: 'u', status: 'paused' })],
      ["API key's team is suspended", member, team('suspended')],
      ["API key's organisation is suspended", member, team('active'), organisation],
    ] as const) {
      const { refusal } = refusedIn([...ready, ...events], placeHold());
      assert.equal(refusal.code, 'key_not_allowed');
      assert.equal(refusal.message, `This ${what}. Ask the gateway's administrator to activate it again.`);
    }
  });

  test('where no candidate has a price, whatever the balance', () => {
    assert.equal(refusedIn(user(10_000n), placeHold()).refusal.code, 'model_not_priced');
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

describe('the requests a minute of a user', () => {
  const onLimit = (requestId: string): Event => {
    const event = admitted({ requestId, userId: 'u', holdNanoUsd: 1n, admittedAtMs: NOW });
    const reservation = {
      limitId: 'user-u-requests-per-minute',
      generation: 0,
      windowStartMs: String(100 * MINUTE),
      unit: 'requests',
      amount: '1',
      provider: '',
      kind: 'hard',
    };
    return { ...event, data: { ...event.data, reservations: [reservation] } };
  };
  const limited: Event[] = [
    ...caller({ requestsPerMinute: 2 }),
    credited('u', 10_000n),
    pricePublished('c/m'),
    onLimit('a'),
  ];
  const usedUp: Event[] = [...limited, onLimit('b')];

  test('are a limit, which says what is left after the admission, and until when', () => {
    const { windows, reservations } = acceptedIn(limited, placeHold());
    assert.deepEqual(windows, [{ unit: 'requests', limit: 2, remaining: 0, resetMs: 40_000 }]);
    assert.equal(reservations[0]?.limitId, 'user-u-requests-per-minute');
  });

  test('refuse what comes after the last, saying when to come back', () => {
    const { refusal, windows, isHeldUp } = refusedIn(usedUp, placeHold());
    assert.deepEqual(refusal, {
      code: 'quota_exceeded',
      message:
        'The limit user-u-requests-per-minute allows 2 requests a minute: 0 requests left, and this request needs 1 request. The limit starts anew in 40 s.',
      retryAfterMs: 40_000,
    });
    assert.equal(isHeldUp, false, 'a request counts as one whatever becomes of it');
    assert.deepEqual(windows, [{ unit: 'requests', limit: 2, remaining: 0, resetMs: 40_000 }]);
  });

  test('start anew with the next clock minute', () => {
    const next = acceptedIn(usedUp, placeHold({}, 101 * MINUTE));
    assert.deepEqual(next.windows, [{ unit: 'requests', limit: 2, remaining: 1, resetMs: MINUTE }]);
  });

  test('are looked at before the balance', () => {
    assert.equal(refusedIn(usedUp, placeHold({ outputTokensRequested: 1_000_000 })).refusal.code, 'quota_exceeded');
  });

  test('are those of the settings or of the configuration where the user has none, and none where these are 0', () => {
    const events = [...user(10_000n), pricePublished('c/m')];
    const settings = resourceSet('settings', { id: 'default', requestsPerMinute: 5 });
    assert.equal(acceptedIn(events, placeHold(), { defaultRequestsPerMinute: 7 }).windows[0]?.remaining, 6);
    assert.equal(
      acceptedIn([...events, settings], placeHold(), { defaultRequestsPerMinute: 7 }).windows[0]?.remaining,
      4,
    );
    assert.deepEqual(acceptedIn(events, placeHold()).windows, []);
  });

  test('do not begin again because a clock was set back a little, and do when it was wrong by much', () => {
    assert.equal(refusedIn(usedUp, placeHold({}, NOW - MINUTE)).refusal.code, 'quota_exceeded');
    assert.equal(acceptedIn(usedUp, placeHold({}, NOW - 60 * MINUTE)).windows[0]?.remaining, 1);
  });
});

describe('the answer of a request that leaves it open', () => {
  const open = placeHold({ outputTokensRequested: 0, promptTokensBound: 0 });
  const boundIn = (balance: bigint, price: Parameters<typeof pricePublished>[1], command = open): number =>
    acceptedIn([...user(balance), pricePublished('c/m', price)], command).outputTokensMax;

  test('has the default bound where the model has none that is known', () => {
    assert.equal(boundIn(10_000_000n, {}), 16_384);
  });

  test("has the model's bound where that is shorter, and never more than the default", () => {
    assert.equal(boundIn(10_000_000n, { outputTokensMax: 4_096 }), 4_096);
    assert.equal(boundIn(10_000_000_000n, { outputTokensMax: 128_000 }), 16_384);
  });

  test('has the default of its model, of the settings or of the configuration', () => {
    const events = [...user(10_000_000n), pricePublished('c/m')];
    const settings = resourceSet('settings', { id: 'default', outputTokensDefault: 1_000 });
    const model = resourceSet('model', { id: 'gpt', outputTokensDefault: 700 });
    assert.equal(acceptedIn(events, open, { outputTokensDefault: 2_000 }).outputTokensMax, 2_000);
    assert.equal(acceptedIn([...events, settings], open).outputTokensMax, 1_000);
    assert.equal(acceptedIn([...events, settings, model], open).outputTokensMax, 700);
  });

  test('is lowered to the largest power of two that the balance pays, for all choices together', () => {
    assert.equal(boundIn(16_384n, {}), 16_384);
    assert.equal(boundIn(16_383n, {}), 8_192);
    for (const balance of [2_048n, 3_000n, 4_095n]) assert.equal(boundIn(balance, {}), 2_048);
    assert.equal(boundIn(3_000n, {}, { ...open, request: { ...open.request, choices: 4 } }), 512);
  });

  test('is refused rather than lowered below the floor', () => {
    assert.equal(boundIn(256n, {}), 256);
    const { refusal } = refusedIn([...user(255n), pricePublished('c/m')], open);
    assert.equal(refusal.code, 'insufficient_balance');
    assert.match(refusal.message, /0.000000255 USD is available, and it may cost 0.000000256 USD. Add credit/);
  });

  test('is never lowered where a provider may answer that is told no bound', () => {
    const compaction = placeHold({ outputTokensRequested: 0, promptTokensBound: 0, format: 'openai-compact' });
    assert.equal(boundIn(16_384n, {}, compaction), 16_384);
    assert.equal(boundIn(4_096n, { outputTokensMax: 4_096 }, compaction), 4_096);
    const { refusal } = refusedIn([...user(16_383n), pricePublished('c/m')], compaction);
    assert.equal(refusal.code, 'insufficient_balance');
  });

  test('is refused where the prompt alone cannot be paid', () => {
    const events = [...user(10_000n), pricePublished('c/m', { inputPicoUsd: 11_000 })];
    assert.equal(refusedIn(events, placeHold({ outputTokensRequested: 0 })).refusal.code, 'insufficient_balance');
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
