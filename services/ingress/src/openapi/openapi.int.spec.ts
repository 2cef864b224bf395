import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { modelEndpoints } from '../endpoints/model-endpoints.ts';
import { questions } from '../endpoints/testing.ts';
import { API_KEY, startTestGateway } from '../testing.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is looked into as a tool would, field by field.
type Document = any;

const document = async (url: string): Promise<Document> => (await fetch(`${url}/openapi.json`)).json();

/** A path of Express as one of the document. */
const documented = (path: string): string => path.replace(/(?<!\\)[:*](\w+)/g, '{$1}').replaceAll('\\:', ':');

describe('GET /openapi.json', () => {
  test('has every route of the service with its methods', async () => {
    await using gateway = await startTestGateway();
    const { paths } = await document(gateway.url);
    assert.ok(gateway.ingress.routes.length > 30);
    for (const { path, methods } of gateway.ingress.routes) {
      const operations = paths[documented(path)];
      assert.deepEqual(
        Object.keys(operations ?? {}).sort(),
        Object.keys(methods)
          .map((method) => method.toLowerCase())
          .sort(),
        path,
      );
    }
  });

  test('has nothing that the service does not answer', async () => {
    await using gateway = await startTestGateway();
    const { paths } = await document(gateway.url);
    for (const [path, operations] of Object.entries<Document>(paths)) {
      for (const method of Object.keys(operations)) {
        // Without a token: an unknown URL is told before whose it would be.
        const response = await fetch(`${gateway.url}${path.replace(/\{\w+\}/g, 'x')}`, {
          method: method.toUpperCase(),
        });
        await response.arrayBuffer();
        assert.ok(response.status !== 404 && response.status !== 405, `${method} ${path}: ${response.status}`);
      }
    }
  });

  test('says which fields a request must have, and a request without one of them is refused by its name', async () => {
    await using gateway = await startTestGateway();
    const { paths } = await document(gateway.url);
    for (const { path, format } of modelEndpoints) {
      const { schema } = paths[path].post.requestBody.content['application/json'];
      assert.ok(schema.required.includes('model'));
      for (const field of schema.required) {
        const { [field]: left, ...body } = questions[format.name];
        assert.notEqual(left, undefined, field);
        const response = await fetch(`${gateway.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const { message } = ((await response.json()) as Document).error;
        assert.equal(response.status, 400, `${path} without ${field}`);
        assert.ok(message.includes(field), message);
      }
    }
  });

  test('refers to what is there, and names each operation once', async () => {
    await using gateway = await startTestGateway();
    const whole = await document(gateway.url);
    const names = new Set<string>();
    for (const [, ref = ''] of JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = ref.split('/').reduce((place: Document, part) => place?.[part], whole);
      assert.ok(found !== undefined, ref);
    }
    for (const operations of Object.values<Document>(whole.paths)) {
      for (const { operationId, responses, summary } of Object.values<Document>(operations)) {
        assert.ok(!names.has(operationId), operationId);
        names.add(operationId);
        assert.ok(summary !== '' && Object.keys(responses).some((status) => status.startsWith('2')), operationId);
      }
    }
  });

  test('says of administration what the description says', async () => {
    await using gateway = await startTestGateway();
    const { paths, components } = await document(gateway.url);
    const { schemas, responses } = components;
    assert.deepEqual(schemas.LimitInput.required, ['subject', 'unit', 'period', 'amount']);
    assert.equal(schemas.LimitInput.additionalProperties, false);
    assert.deepEqual(schemas.UserInput.properties.requests_per_minute.maximum, 1_000_000);
    assert.deepEqual(schemas.Team.properties.status.enum, ['active', 'suspended', null]);
    assert.match(schemas.Limit.properties.amount.description, /decimal USD where the unit is cost/);
    assert.ok(!('key_hash' in schemas.ApiKey.properties) && !('status' in schemas.ApiKeyInput.properties));
    assert.ok(!('api_key' in schemas.Provider.properties) && 'api_key' in schemas.ProviderInput.properties);
    const balance = paths['/admin/teams/{id}/balance'].post;
    assert.deepEqual(balance['x-roles'], ['owner', 'operator', 'billing']);
    assert.deepEqual(Object.keys(balance.requestBody.content['application/json'].schema.properties), [
      'amount_usd',
      'reason',
    ]);
    assert.deepEqual(Object.keys(paths['/admin/prices/{id}'].put.responses).slice(0, 2), ['200', '201']);
    assert.equal(responses.problem_forbidden.content['application/problem+json'].example.status, 403);
  });

  test('is what the service does: a document of each schema in use has the fields that are told', async () => {
    await using gateway = await startTestGateway();
    const { components } = await document(gateway.url);
    const headers = { authorization: 'Bearer an-admin-token-for-tests', 'content-type': 'application/json' };
    const send = async (method: string, path: string, body: object): Promise<Document> =>
      (await fetch(`${gateway.url}${path}`, { method, headers, body: JSON.stringify(body) })).json();
    const user = await send('POST', '/admin/users', { name: 'Ann' });
    const limit = { subject: { kind: 'gateway' }, unit: 'cost', period: 'day', amount: '5' };
    for (const [schema, shown] of [
      ['User', user],
      ['ApiKey', await send('POST', '/admin/api-keys', { user_id: user.id })],
      ['Limit', await send('PUT', '/admin/limits/l', limit)],
      ['ChangeBalanceResult', await send('POST', `/admin/users/${user.id}/balance`, { amount_usd: 1 })],
    ] as const) {
      const told = Object.keys(components.schemas[schema].properties);
      const beside = schema === 'ChangeBalanceResult' ? ['user_id'] : [];
      assert.deepEqual(
        Object.keys(shown).filter((name) => !told.includes(name)),
        beside,
        schema,
      );
    }
  });
});
