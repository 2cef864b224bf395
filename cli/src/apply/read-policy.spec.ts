import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readPolicy } from './read-policy.ts';

const faultsOf = (text: string): readonly string[] =>
  readPolicy(text).faults.map(({ line, message }) => `${line}: ${message}`);

test('a file is documents, or lists of resources, and numbers keep their digits', () => {
  const { entries, faults } = readPolicy(`
- kind: limit
  id: daily
  subject: {kind: gateway}
  unit: cost
  period: day
  amount: 0.100000001
---
kind: settings
requests_per_minute: 600
`);
  assert.deepEqual(faults, []);
  const [limit, settings] = entries;
  assert.partialDeepStrictEqual(limit, { kind: 'limit', id: 'daily', label: 'daily', line: 2 });
  assert.partialDeepStrictEqual(limit?.message, { amount: '0.100000001', subject: { kind: 'gateway' } });
  assert.deepEqual(limit?.fields, ['subject', 'unit', 'period', 'amount']);
  assert.partialDeepStrictEqual(settings, { kind: 'settings', id: 'default', line: 9 });
  assert.partialDeepStrictEqual(settings?.message, { requestsPerMinute: 600 });
});

test('all faults of a file are found at once, each with its line', () => {
  const faults = faultsOf(`kind: limit
id: daily
subject: {kind: everybody}
unit: cost
period: fortnight
amount: ten
colour: red
---
kind: user
name: ""
email: ann
---
kind: team
---
- kind: limits
- text
---
kind: key
user_id: u1
`);
  assert.deepEqual(
    faults.map((fault) => fault.split(/[:']+/).slice(0, 3)),
    [
      ['3', ' ', 'subject.kind'],
      ['5', ' ', 'period'],
      ['6', ' ', 'amount'],
      ['7', ' Unknown field ', 'colour'],
      ['10', ' ', 'name'],
      ['11', ' ', 'email'],
      ['13', ' ', 'name'],
      ['15', ' ', 'kind'],
      ['16', ' expected a resource', ' an object with "kind" and its fields.'],
      [
        '18',
        ' a policy file cannot hold a key',
        ' the key itself is shown once, in the answer that makes it; use "gatewayctl api-keys create".',
      ],
    ],
  );
});

test('text that is no YAML, and an alias, are refused with their lines', () => {
  assert.match(faultsOf('kind: team\nname: "x\n')[0] ?? '', /^\d: /);
  assert.match(faultsOf('kind: team\nname: &a x\ntags: [*a]\n').join(), /^3: aliases/);
  assert.match(faultsOf('kind: team\nname: x\nname: y\n').join(), /^3: Map keys must be unique/);
});

test('a resource that has a field "kind" itself is written with its own', () => {
  const text = 'kind: provider\nid: mine\nprovider_kind: openai\nbase_url: http://10.0.0.5/v1\n';
  assert.partialDeepStrictEqual(readPolicy(text).entries[0]?.message, { id: 'mine', kind: 'openai' });
  assert.deepEqual(faultsOf(text.replace('openai', 'closedai')), [
    "3: 'provider_kind' must be one of openai, anthropic.",
  ]);
  assert.match(
    faultsOf(`${text}colour: red\n`)[0] ?? '',
    /^5: Unknown field 'colour': expected id, provider_kind, base_url,/,
  );
});

test('names stand for ids: of teams, organisations and users, in subjects as well', () => {
  const { entries, faults } = readPolicy(`
- {kind: user, name: Ann, email: ann@example.com, team: Research}
- kind: limit
  id: of-ann
  subject: {user_email: ann@example.com}
  unit: requests
  period: day
  amount: 5
`);
  assert.deepEqual(faults, []);
  assert.deepEqual(entries[0]?.references, [{ path: ['teamId'], kind: 'team', name: 'Research', line: 2 }]);
  assert.deepEqual(entries[1]?.references, [
    { path: ['subject', 'id'], kind: 'user', name: 'ann@example.com', line: 5 },
  ]);
  assert.partialDeepStrictEqual(entries[1]?.message, { subject: { kind: 'user' } });
});

test('a name and an id for the same thing are refused', () => {
  const text = 'kind: user\nname: Ann\nemail: ann@example.com\nteam: Research\nteam_id: t-1\n';
  assert.deepEqual(faultsOf(text), ["4: 'team' and 'team_id' say the same: give one."]);
});

test('a secret is taken as a reference only', () => {
  const provider = 'kind: provider\nid: mine\nprovider_kind: openai\nbase_url: http://10.0.0.5/v1\napi_key: ';
  const [fault = ''] = faultsOf(`${provider}sk-12345\n`);
  assert.match(fault, /^5: 'api_key' must not stand in a policy file: write "env:NAME" or "file:PATH"/);
  assert.ok(!fault.includes('sk-12345'));
  const [entry] = readPolicy(`${provider}env:MY_KEY\n`).entries;
  assert.partialDeepStrictEqual(entry?.secrets[0], { property: 'apiKey', reference: 'env:MY_KEY', line: 5 });
  assert.partialDeepStrictEqual(entry?.message, { apiKey: '' });
});

test('the key of an account is taken from no file, not even as a reference', () => {
  const provider = 'kind: provider\nid: mine\nprovider_kind: openai\nbase_url: http://10.0.0.5/v1\naccounts:\n';
  for (const key of ['sk-12345', 'env:MY_KEY']) {
    const [fault = '', ...others] = faultsOf(
      `${provider}- {id: a, api_key_ref: "env:A"}\n- {id: b, api_key: "${key}"}\n`,
    );
    assert.match(fault, /^5: 'accounts\[1\].api_key' must not stand in a policy file: write api_key_ref/);
    assert.deepEqual(others, []);
    assert.ok(!fault.includes(key));
  }
});

test('a resource that stands twice in a file is refused', () => {
  const faults = faultsOf('- {kind: team, name: Research}\n- {kind: team, name: Research}\n');
  assert.deepEqual(faults, ['2: team Research stands in line 1 already.']);
});
