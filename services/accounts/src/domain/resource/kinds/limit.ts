import { formats } from '#admin-api/formats.ts';
import { Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import type { Limit } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isKind } from '#registry/kinds.ts';
import type { DecisionContext, KindRules } from '../kind-rules.ts';
import { expiryProblem } from '../times.ts';

/** Tokens are settled at what was used; money and requests are never exceeded. */
const rateUnits: ReadonlySet<string> = new Set(['tokens', 'input_tokens', 'output_tokens']);

/** Limits. Each time one begins to count something else, its counters begin anew under the next generation. */
export const limitRules: KindRules<'limit'> = {
  settle(next, before, _context, last) {
    const kind = next.kind === '' ? kindOf(next.unit) : next.kind;
    const settled = { ...next, kind };
    const earlier = before ?? last;
    if (earlier === undefined) return { ...settled, generation: 1 };
    const isSame = before !== undefined && countsTheSame(settled, before);
    return { ...settled, generation: isSame ? before.generation : earlier.generation + 1 };
  },
  problem: (next, before, context) =>
    subjectProblem(next, before, context) ??
    raiseProblem(next) ??
    expiryProblem(next.raisedUntil, before?.raisedUntil, context.nowMs, 'raised_until'),
};

function kindOf(unit: string): string {
  return rateUnits.has(unit) ? 'rate' : 'hard';
}

function countsTheSame(limit: Limit, before: Limit): boolean {
  const what = ({ subject, models, unit, period, kind }: Limit): string =>
    JSON.stringify([subject?.kind, subject?.id, models, unit, period, kind]);
  return what(limit) === what(before);
}

function subjectProblem(
  { subject }: Limit,
  before: Limit | undefined,
  { registry }: DecisionContext,
): Refusal | undefined {
  const { kind = '', id = '' } = subject ?? {};
  const param = 'subject.id';
  if (kind === 'gateway') {
    return id === '' ? undefined : invalid("'subject.id' must be empty where the subject is the gateway.", param);
  }
  if (id === '') return invalid(`'subject.id' is required where the subject is a ${kind}.`, param);
  if (kind === 'tag') {
    const { is, fits } = formats[Format.TAG];
    return fits(id, {}) ? undefined : invalid(`'subject.id' must be ${is}.`, param);
  }
  // What a limit is of may go while the limit stays.
  if (kind === before?.subject?.kind && id === before.subject.id) return undefined;
  if (isKind(kind) && registry.get(kind, id) !== undefined) return undefined;
  return invalid(`'subject.id' names no ${kind} that there is.`, param);
}

function raiseProblem({ raisedAmount, raisedUntil }: Limit): Refusal | undefined {
  if ((raisedAmount === '') === (raisedUntil === '')) return undefined;
  const param = raisedAmount === '' ? 'raised_amount' : 'raised_until';
  return invalid("A raise needs both 'raised_amount' and 'raised_until'.", param);
}
