import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { LedgerPort } from '#contracts/admin-needs.ts';
import { isReportGroup, type RequestFilter, type RequestLine } from '#contracts/requests.ts';
import { Fault } from '#errors/fault.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { pageLimit } from './page-limit.ts';

const DAY_MS = 86_400_000;
/** What a report shows of where it is not said. */
const REPORT_DAYS = 30;
/** More intervals than this no chart can show: a week by the minute. */
const INTERVALS_MAX = 10_080;

const intervalsMs: Readonly<Record<string, number>> = { '': 0, minute: 60_000, hour: 3_600_000, day: DAY_MS };

/** Every request of any time. */
export const unfiltered: RequestFilter = {
  ...{ fromMs: 0, toMs: 0, userId: '', teamId: '', keyId: '', model: '', provider: '' },
  ...{ outcome: '', sessionId: '', agentId: '', tag: '', requestId: '' },
};

/** Requests that were admitted, the newest first. */
export async function listRequests(
  ledger: Pick<LedgerPort, 'requests'>,
  request: AdminInput<'listRequests'>,
): Promise<AdminOutput<'listRequests'>> {
  const limit = pageLimit(request.limit);
  const filter = filterOf(request, request.requestId);
  const lines = await ledger.requests({ filter, beforePosition: Number(request.after), limit: limit + 1 });
  return { requests: lines.slice(0, limit).map(lineOf), hasMore: lines.length > limit };
}

/** Requests added up over a time, by what they have in common. */
export async function getUsageReport(
  ledger: Pick<LedgerPort, 'usageReport'>,
  request: AdminInput<'getUsageReport'>,
  nowMs: number,
): Promise<AdminOutput<'getUsageReport'>> {
  const asked = filterOf(request, '');
  const toMs = asked.toMs || nowMs + 1;
  const fromMs = asked.fromMs || toMs - REPORT_DAYS * DAY_MS;
  const intervalMs = intervalsMs[request.interval] ?? 0;
  if (intervalMs > 0 && (toMs - fromMs) / intervalMs > INTERVALS_MAX) {
    const message = `A report has at most ${INTERVALS_MAX} intervals: choose a longer 'interval', or a shorter time.`;
    throw new Fault({ code: 'invalid_request', message, param: 'interval' });
  }
  const groupBy = isReportGroup(request.groupBy) ? request.groupBy : '';
  const lines = await ledger.usageReport({ filter: { ...asked, fromMs, toMs }, groupBy, intervalMs });
  return {
    lines: lines.map(({ atMs, amountNanoUsd, requests, errors, inputTokens, outputTokens, ...line }) => ({
      ...line,
      at: timeOf(atMs),
      requests: BigInt(requests),
      errors: BigInt(errors),
      inputTokens: BigInt(inputTokens),
      outputTokens: BigInt(outputTokens),
      amountUsd: formatUsd(amountNanoUsd),
    })),
  };
}

type Asked = Omit<AdminInput<'getUsageReport'>, 'groupBy' | 'interval' | '$typeName'>;

/** Times are times by the check of all fields. */
function filterOf(asked: Asked, requestId: string): RequestFilter {
  const { userId, teamId, keyId, model, provider, outcome, session: sessionId, agent: agentId, tag } = asked;
  const [fromMs, toMs] = [momentOf(asked.from), momentOf(asked.to)];
  if (toMs !== 0 && toMs < fromMs) {
    throw new Fault({ code: 'invalid_request', message: "'to' must not be before 'from'.", param: 'to' });
  }
  return { fromMs, toMs, userId, teamId, keyId, model, provider, outcome, sessionId, agentId, tag, requestId };
}

function momentOf(time: string): number {
  return time === '' ? 0 : Date.parse(time);
}

function timeOf(atMs: number): string {
  return atMs === 0 ? '' : new Date(atMs).toISOString();
}

function lineOf(line: RequestLine) {
  const { requestId: id, admittedAtMs, endedAtMs, sessionId: session, agentId: agent, tags, ...rest } = line;
  const { position, inputTokens, outputTokens, holdNanoUsd, amountNanoUsd, ...same } = rest;
  return {
    ...same,
    ...{ id, session, agent, tags: [...tags] },
    position: BigInt(position),
    admittedAt: timeOf(admittedAtMs),
    endedAt: timeOf(endedAtMs),
    inputTokens: BigInt(inputTokens),
    outputTokens: BigInt(outputTokens),
    holdUsd: formatUsd(holdNanoUsd),
    amountUsd: amountNanoUsd === undefined ? '' : formatUsd(amountNanoUsd),
  };
}
