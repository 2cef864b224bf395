import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { PlanStep } from './plan-step.ts';
import { planText } from './render-plan.ts';

test('counts beyond 2^53 within a field are shown as they are', () => {
  const account = { id: 'east', tokensPerMinute: 200_000n };
  const step: PlanStep = {
    action: 'create',
    kind: 'provider',
    id: 'house',
    label: 'house',
    changes: [{ field: 'accounts', before: null, after: [account] }],
    unseen: [],
    entry: undefined,
    version: 0n,
  };
  const text = planText({ steps: [step], faults: [] });
  assert.match(text, /accounts: \[\{"id":"east","tokensPerMinute":"200000"\}\]/);
});
