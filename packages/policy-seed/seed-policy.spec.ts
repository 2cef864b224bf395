import assert from 'node:assert/strict';
import { gatewayConfigSchema } from '#config/gateway-config.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { resourceFromJson, resourceToJson } from '#registry/changes.ts';
import { type FollowedRegistry, followRegistry, noSnapshot } from '#registry/follow-registry.ts';
import type { AnyResource, Kind } from '#registry/kinds.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { type Scope, test } from '#testkit/test.ts';
import { desiredPolicy } from './desired-policy.ts';
import { seedPolicy } from './seed-policy.ts';

const vllm = {
  name: 'vllm',
  kind: 'openai',
  baseUrl: 'http://10.0.0.5:8000/v1',
  apiKeyEnv: 'VLLM_KEY',
  catalogue: 'house',
  models: ['llama'],
};
const llama = {
  key: 'house/llama',
  inputUsdPerMtok: '0.20',
  outputUsdPerMtok: '0.60',
  otherUsdPerMillion: { search: '10000' },
  contextTokens: 131_072,
};

/** A log and its registry, and a start of the gateway with a configuration. */
async function world(t: Scope) {
  const journal = createMemoryJournal();
  const registry = await followRegistry(journal, { name: 'registry', snapshot: noSnapshot });
  t.defer(() => registry.close());
  const warnings: string[] = [];
  const logger = { info: () => undefined, warn: (...words: unknown[]) => void warnings.push(String(words.at(-1))) };
  return {
    journal,
    registry,
    warnings,
    start(settings: object, environment: Record<string, string> = {}): Promise<number> {
      const desired = desiredPolicy(gatewayConfigSchema.parse(settings), environment);
      return seedPolicy({ registry, journal, desired, logger, nowMs: Date.parse('2026-11-28T12:00:00Z') });
    },
    byHand: (resource: AnyResource) => set(journal, registry, resource),
    deletedByHand: (kind: Kind, id: string) => remove(journal, registry, kind, id),
  };
}

/** As an administrator sets it. */
async function set(journal: Journal, registry: FollowedRegistry, resource: AnyResource): Promise<void> {
  const by = { actor: 'bootstrap', role: 'owner', action: 'update', address: '', requestId: '' };
  const event: GatewayEvent = { type: 'ResourceSet', data: { resource: resourceToJson(resource), by, setAtMs: '0' } };
  await append(journal, registry, streams.resource(resource.case, resource.value.id), event);
}

/** As an administrator deletes it. */
async function remove(journal: Journal, registry: FollowedRegistry, kind: Kind, id: string): Promise<void> {
  const by = { actor: 'bootstrap', role: 'owner', action: 'delete', address: '', requestId: '' };
  const event: GatewayEvent = { type: 'ResourceRemoved', data: { kind, id, by, removedAtMs: '0' } };
  await append(journal, registry, streams.resource(kind, id), event);
}

async function append(
  journal: Journal,
  registry: FollowedRegistry,
  stream: string,
  event: GatewayEvent,
): Promise<void> {
  const expectedVersion = (await journal.readStream(stream)).length;
  const events = [{ ...event, eventId: newId() }];
  await journal.append({ stream, expectedVersion, events, correlationId: 'c', causationId: '' });
  await registry.reached(await journal.head());
}

/** What a registry has, changed. */
function changed<K extends Kind>(registry: FollowedRegistry, kind: K, id: string, changes: object): AnyResource {
  const json = resourceToJson({ case: kind, value: registry.get(kind, id) } as unknown as AnyResource);
  const resource = resourceFromJson({ [kind]: { ...(json as Record<string, object>)[kind], ...changes } });
  assert.ok(resource);
  return resource;
}

test('a first start brings the configuration into the log, the settings last; a second writes nothing', async (t) => {
  const { journal, registry, start, warnings } = await world(t);
  const settings = {
    providers: [vllm],
    prices: [llama],
    multiplierBasisPoints: 12_500,
    rateLimits: { perIp: { requestsPerMinute: 600 } },
  };
  assert.equal(await start(settings, { OPENAI_API_KEY: 'sk' }), 4);
  const { createdAt, ...provider } = registry.get('provider', 'vllm') ?? {};
  assert.equal(createdAt, '2026-11-28T12:00:00.000Z');
  assert.partialDeepStrictEqual(provider, {
    kind: 'openai',
    baseUrl: vllm.baseUrl,
    apiKeyRef: 'env:VLLM_KEY',
    catalogue: 'house',
    models: ['llama'],
    status: 'active',
    priority: 10,
    source: 'config',
  });
  assert.partialDeepStrictEqual(registry.get('provider', 'openai'), { priority: 20, source: 'environment' });
  assert.deepEqual(
    registry.get('price', 'house/llama')?.prices.map(({ unit, usdPerMillion }) => [unit, usdPerMillion]),
    [
      ['input', '0.20'],
      ['output', '0.60'],
      ['search', '10000'],
    ],
  );
  assert.partialDeepStrictEqual(registry.settings(), {
    multiplier: '1.25',
    outputTokensDefault: 16_384,
    throttlePerAddress: { requestsPerMinute: 600, burst: 60 },
    corsOrigins: ['*'],
    demo: true,
  });
  const events = (await Array.fromAsync(journal.read(0))).flat();
  assert.equal(events.at(-1)?.stream, streams.resource('settings', 'default'));
  assert.ok(events.every((event) => event.type === 'ResourceSet' && event.data.by?.actor === 'config'));

  assert.equal(await start(settings, { OPENAI_API_KEY: 'sk' }), 0);
  assert.equal(await journal.head(), events.length);
  assert.deepEqual(warnings, []);
});

test('what the configuration says differently is changed, and what it says no longer is removed', async (t) => {
  const { registry, start } = await world(t);
  await start({ providers: [vllm], prices: [llama] }, { OPENAI_API_KEY: 'sk' });
  assert.equal(await start({ providers: [{ ...vllm, baseUrl: 'http://other/v1' }], requestsPerMinute: 60 }), 4);
  assert.equal(registry.get('provider', 'vllm')?.baseUrl, 'http://other/v1');
  assert.equal(registry.get('provider', 'vllm')?.createdAt, '2026-11-28T12:00:00.000Z');
  assert.equal(registry.get('provider', 'openai'), undefined);
  assert.equal(registry.get('price', 'house/llama'), undefined);
  assert.equal(registry.settings().requestsPerMinute, 60);
});

test('what an administrator set by hand stays, whatever the configuration says, and a warning tells it', async (t) => {
  const { registry, start, byHand, warnings } = await world(t);
  await start({ providers: [vllm] });
  await byHand(changed(registry, 'provider', 'vllm', { models: ['llama', 'qwen'], source: 'admin' }));
  await byHand(changed(registry, 'settings', 'default', { multiplier: '2' }));
  assert.equal(await start({ providers: [vllm] }), 0);
  assert.deepEqual(registry.get('provider', 'vllm')?.models, ['llama', 'qwen']);
  assert.match(warnings.join('\n'), /provider vllm was set by hand[\s\S]*setting multiplier was changed by hand/);

  assert.equal(await start({ multiplierBasisPoints: 30_000, outputTokensDefault: 7 }), 1);
  assert.equal(registry.settings().multiplier, '2', 'the administrator’s');
  assert.equal(registry.settings().outputTokensDefault, 7, 'the configuration’s');
  assert.ok(registry.get('provider', 'vllm'), 'and it goes with nobody but an administrator');
  assert.equal(await start({ multiplierBasisPoints: 30_000, outputTokensDefault: 7 }), 0);
  assert.equal(registry.settings().multiplier, '2');
});

test('what an administrator has deleted stays deleted over starts, with a warning, and what the configuration took out comes back', async (t) => {
  const { registry, start, deletedByHand, byHand, warnings } = await world(t);
  const settings = { providers: [vllm], prices: [llama] };
  await start(settings);
  const provider = changed(registry, 'provider', 'vllm', {});
  await deletedByHand('provider', 'vllm');
  await deletedByHand('price', 'house/llama');
  assert.equal(await start(settings), 0);
  assert.equal(registry.get('provider', 'vllm'), undefined);
  assert.match(warnings.join('\n'), /provider vllm was deleted by hand[\s\S]*price house\/llama was deleted by hand/);
  await byHand(provider);
  assert.equal(await start({ prices: [llama] }), 1, 'the configuration takes out what it once said');
  assert.equal(await start({ providers: [vllm] }), 1);
  assert.ok(registry.get('provider', 'vllm'));
});

test('the simulator comes with its changing address, and not where an administrator has set another provider', async (t) => {
  const { registry, start, byHand } = await world(t);
  const simulator = (port: number) => ({
    GATEWAY_SIMULATOR_URL: `http://127.0.0.1:${port}`,
    GATEWAY_SIMULATOR_KEY: 'simulator',
  });
  assert.equal(await start({}, simulator(1)), 4);
  assert.equal(await start({}, simulator(2)), 3);
  assert.equal(registry.get('provider', 'simulator-openai')?.baseUrl, 'http://127.0.0.1:2/v1');
  await start({ providers: [vllm] });
  assert.equal(registry.get('provider', 'simulator-openai'), undefined);
  await byHand(changed(registry, 'provider', 'vllm', { source: 'admin' }));
  await start({}, simulator(3));
  assert.deepEqual(
    Array.from(registry.all('provider'), ({ id }) => id),
    ['vllm'],
  );
});

test('two starts at once write each change once', async (t) => {
  const { journal, start } = await world(t);
  const written = await Promise.all([start({ providers: [vllm] }), start({ providers: [vllm] })]);
  assert.equal(written[0] + written[1], await journal.head());
  assert.equal(await journal.head(), 2);
});
