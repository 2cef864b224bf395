import type { LedgerPort } from '#contracts/admin-needs.ts';
import type { RequestFilter, UsageReportLine } from '#contracts/requests.ts';
import type { AlertSubject } from '../../../domain/alert/alert-message.ts';
import { errorRateReadings, type LookedAtRequests } from '../../../domain/alert/readings/error-rate.ts';
import type { Rule } from '../../../domain/alert/readings/rule.ts';
import { type Look, type LookParts, present, subjectOf } from './look.ts';

const MINUTE_MS = 60_000;

/** All requests of a time. */
export const everyRequest: RequestFilter = {
  fromMs: 0,
  toMs: 0,
  userId: '',
  teamId: '',
  keyId: '',
  model: '',
  provider: '',
  outcome: '',
  sessionId: '',
  agentId: '',
  tag: '',
  requestId: '',
};

/** Failures are the gateway's or a provider's: a client that left has none, and a request that runs has none yet. */
const FAILED: ReadonlySet<string> = new Set(['failed', 'cut', 'expired']);
const UNDECIDED: ReadonlySet<string> = new Set(['running', 'client_gone']);

/** Requests of the last minutes and those that failed: of each subject that the rule names, or of all clients together. */
export const lookAtRequests: Look = async (rule, { registry, neighbours, nowMs }) => {
  const ledger = present(neighbours.ledger, 'billing');
  const time = { fromMs: nowMs - rule.windowMinutes * MINUTE_MS, toMs: nowMs + 1 };
  const looked: LookedAtRequests[] = [];
  for (const { subject, filter } of subjectsOf(rule, registry)) {
    looked.push({ subject, ...(await countsOf(ledger, { ...everyRequest, ...filter, ...time })) });
  }
  return { readings: errorRateReadings(rule, looked), isWhole: true };
};

interface Watched {
  readonly subject: AlertSubject;
  readonly filter: Partial<RequestFilter>;
}

function subjectsOf({ users, teams, providers, keys }: Rule, registry: LookParts['registry']): readonly Watched[] {
  const named: readonly Watched[] = [
    ...users.map((id) => ({ subject: subjectOf(registry, 'user', id), filter: { userId: id } })),
    ...teams.map((id) => ({ subject: subjectOf(registry, 'team', id), filter: { teamId: id } })),
    ...keys.map((id) => ({ subject: subjectOf(registry, 'key', id), filter: { keyId: id } })),
    ...providers.map((id) => ({ subject: { kind: 'provider', id, name: '' }, filter: { provider: id } })),
  ];
  return named.length > 0 ? named : [{ subject: { kind: 'gateway', id: '', name: '' }, filter: {} }];
}

async function countsOf(ledger: Pick<LedgerPort, 'usageReport'>, filter: RequestFilter) {
  const lines = await ledger.usageReport({ filter, groupBy: 'outcome', intervalMs: 0 });
  const count = (isMeant: (outcome: string) => boolean): number =>
    lines.reduce((sum: number, { value, requests }: UsageReportLine) => sum + (isMeant(value) ? requests : 0), 0);
  return { requests: count((outcome) => !UNDECIDED.has(outcome)), failed: count((outcome) => FAILED.has(outcome)) };
}
