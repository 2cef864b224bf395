import assert from 'node:assert/strict';
import {
  GetUsageReportRequestSchema,
  ListRequestsRequestSchema,
  RequestLineSchema,
  UsageReportLineSchema,
} from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import type { RequestFilter, RequestLine, UsageReportLine } from '#contracts/requests.ts';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import {
  reportLineFromWire,
  reportLineToWire,
  reportQueryFromWire,
  reportQueryToWire,
  requestLineFromWire,
  requestLineToWire,
  requestsQueryFromWire,
  requestsQueryToWire,
} from './request-wire.ts';

const filter: RequestFilter = {
  ...{ fromMs: 1_700_000_000_000, toMs: 0, userId: 'u', teamId: 't', keyId: 'k', model: 'm', provider: 'p' },
  ...{ outcome: 'cut', sessionId: 's', agentId: 'a', tag: 'x', requestId: 'r' },
};

const line: RequestLine = {
  ...{ requestId: 'r', position: 2 ** 40, admittedAtMs: 1_700_000_000_000, endedAtMs: 0, userId: 'u' },
  ...{ payerKind: 'team', payerId: 't', keyId: 'k', model: 'm', routeId: 'route', operation: 'chat' },
  ...{ format: 'openai-chat', stream: true, sessionId: 's', agentId: 'a', tags: ['x', 'y'], outcome: 'running' },
  ...{ error: 'e', provider: 'p', providerModel: 'n', attempts: 1, firstByteMs: 2, durationMs: 3 },
  ...{ inputTokens: 4, outputTokens: 5, holdNanoUsd: 9_007_199_254_740_993n, estimated: true },
  amountNanoUsd: undefined,
};

test('a request comes out as it went in, charged or not', () => {
  for (const amountNanoUsd of [undefined, 0n, 9_007_199_254_740_993n]) {
    const sent = { ...line, amountNanoUsd };
    assert.deepEqual(requestLineFromWire(overTheWire(RequestLineSchema, requestLineToWire(sent))), sent);
  }
});

test('a line of a report and the questions come out as they went in', () => {
  const sum: UsageReportLine = {
    ...{ atMs: 1, value: 'v', requests: 2, errors: 3, inputTokens: 2 ** 40, outputTokens: 4 },
    ...{ amountNanoUsd: 9_007_199_254_740_993n, firstByteMs: 5, durationMs: 6 },
  };
  assert.deepEqual(reportLineFromWire(overTheWire(UsageReportLineSchema, reportLineToWire(sum))), sum);
  const requests = { filter, beforePosition: 2 ** 40, limit: 7 };
  assert.deepEqual(
    requestsQueryFromWire(overTheWire(ListRequestsRequestSchema, requestsQueryToWire(requests))),
    requests,
  );
  const report = { filter, groupBy: 'payer', intervalMs: 60_000, valuesMax: 1_000 } as const;
  assert.deepEqual(reportQueryFromWire(overTheWire(GetUsageReportRequestSchema, reportQueryToWire(report))), report);
});
