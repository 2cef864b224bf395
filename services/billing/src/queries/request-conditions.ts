import type { RequestFilter } from '#contracts/requests.ts';

/** What of billing.request a filter takes, as SQL, with its parameters from $1 on. */
export function requestConditions(filter: RequestFilter): { readonly sql: string; readonly values: unknown[] } {
  const values: unknown[] = [];
  const sql = conditions.flatMap(({ given, where }) => {
    const value = given(filter);
    if (value === '' || value === 0) return [];
    values.push(value);
    return [where(`$${values.length}`)];
  });
  return { sql: sql.length === 0 ? 'true' : sql.join(' and '), values };
}

interface Condition {
  readonly given: (filter: RequestFilter) => string | number;
  readonly where: (parameter: string) => string;
}

const equal = (column: string, given: Condition['given']): Condition => ({
  given,
  where: (parameter) => `${column} = ${parameter}`,
});

const conditions: readonly Condition[] = [
  { given: ({ fromMs }) => fromMs, where: (parameter) => `admitted_at_ms >= ${parameter}` },
  { given: ({ toMs }) => toMs, where: (parameter) => `admitted_at_ms < ${parameter}` },
  equal('user_id', ({ userId }) => userId),
  { given: ({ teamId }) => teamId, where: (parameter) => `payer_kind = 'team' and payer_id = ${parameter}` },
  equal('key_id', ({ keyId }) => keyId),
  equal('model', ({ model }) => model),
  equal('provider', ({ provider }) => provider),
  equal('outcome', ({ outcome }) => outcome),
  equal('session_id', ({ sessionId }) => sessionId),
  equal('agent_id', ({ agentId }) => agentId),
  { given: ({ tag }) => tag, where: (parameter) => `${parameter} = any(tags)` },
  equal('request_id', ({ requestId }) => requestId),
];
