import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { install } from '../../e2e/support/install.ts';
import type { Customer, Installation } from '../../e2e/support/installation.ts';
import { type LoggedEvent, type LogReader, openLogReader } from '../../e2e/support/log-reader.ts';
import { type FleetMember, startFleetMember, USED } from './fleet-member.ts';

/** A whole gateway over fleets of providers that fail as they are told. */
export interface FleetWorld extends AsyncDisposable {
  readonly installation: Installation;
  readonly log: LogReader;
  /** Providers that all have one model of their own. */
  fleet(size: number, wishes?: FleetWishes): Promise<Fleet>;
  put(path: string, body: object): Promise<void>;
}

export interface FleetWishes {
  /** Fields of each provider's resource, by its place. */
  readonly provider?: (at: number) => Readonly<Record<string, unknown>>;
  /** Of the model's resource: strategy, fallbacks, … */
  readonly model?: Readonly<Record<string, unknown>>;
  /** USD a million tokens in and out, by place; 1 and 2 by default. */
  readonly price?: (at: number) => readonly [string, string];
  readonly contextTokens?: number;
}

export interface Fleet {
  readonly model: string;
  readonly members: readonly FleetMember[];
  /** The ids of the providers, in the order of the members. */
  readonly providers: readonly string[];
  readonly customer: Customer;
  ask(wishes?: AskWishes): Promise<Told>;
  /** So many requests, so many at a time. */
  load(requests: number, atOnce: number, wishes?: AskWishes): Promise<readonly Told[]>;
  /** What the client was charged since the fleet began, in nano-USD, once all is settled. */
  charged(): Promise<bigint>;
  /** Changes the resource of one provider. */
  change(at: number, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** How often each was called. */
  counts(): readonly number[];
}

export interface AskWishes {
  readonly stream?: boolean;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What a client saw. */
export interface Told {
  readonly status: number;
  readonly requestId: string;
  readonly provider: string;
  readonly attempts: number;
  readonly text: string;
  readonly headers: Headers;
  /** A stream that came to its end, or a document that did. */
  readonly isWhole: boolean;
  readonly tookMs: number;
}

/** What one answer costs at the usual prices, with a multiplier of 1. */
export const COST_NANO_USD = BigInt(USED.input * 1_000 + USED.output * 2_000);

export async function openFleetWorld(settings: Readonly<Record<string, unknown>> = {}): Promise<FleetWorld> {
  await using undo = new AsyncDisposableStack();
  const installation = undo.use(await install({ environment: { GATEWAY_PRIVATE_PROVIDERS: '127.0.0.1' } }));
  const log = undo.use(await openLogReader(installation));
  const { admin } = installation;

  async function put(path: string, body: object): Promise<void> {
    const { status, document } = await admin.call('PUT', path, { body });
    assert.ok(status < 300, `${path}: ${status} ${JSON.stringify(document)}`);
  }
  if (Object.keys(settings).length > 0) {
    const { status, document } = await admin.call('PATCH', '/admin/settings', { body: settings });
    assert.ok(status < 300, JSON.stringify(document));
  }
  const members = undo.use(new AsyncDisposableStack());

  async function fleet(size: number, wishes: FleetWishes = {}): Promise<Fleet> {
    const model = `fleet-${randomUUID().slice(0, 8)}`;
    const places = Array.from({ length: size }, (_, at) => at);
    const own = await Promise.all(places.map((at) => startFleetMember(`${model}-${at}`)));
    for (const member of own) members.use(member);
    const providers = places.map((at) => `${model}-${at}`);
    const resources = new Map<number, Record<string, unknown>>();
    const change = async (at: number, fields: Readonly<Record<string, unknown>>): Promise<void> => {
      const changed = { ...resources.get(at), ...fields };
      resources.set(at, changed);
      await put(`/admin/providers/${providers[at]}`, changed);
    };
    for (const [at, member] of own.entries()) {
      const [input = '1', output = '2'] = wishes.price?.(at) ?? [];
      const prices = [
        { unit: 'input', usd_per_million: input },
        { unit: 'output', usd_per_million: output },
      ];
      await put(`/admin/prices/${providers[at]}/${model}`, { prices, context_tokens: wishes.contextTokens ?? 0 });
      await change(at, {
        kind: 'openai',
        base_url: member.baseUrl,
        catalogue: providers[at],
        models: [model],
        api_key: `sk-of-member-${at}`,
        ...wishes.provider?.(at),
      });
    }
    if (wishes.model !== undefined) await put(`/admin/models/${model}`, wishes.model);
    const customer = await installation.customer({ multiplier: '1', creditUsd: '100' });
    await installation.settled();
    const ask = (asked: AskWishes = {}) => askOnce(installation.gateway().url, customer.apiKey, { model, ...asked });
    return {
      model,
      members: own,
      providers,
      customer,
      ask,
      async load(requests, atOnce, asked) {
        const told: Told[] = [];
        let left = requests;
        const caller = async (): Promise<void> => {
          while (left > 0) {
            left -= 1;
            told.push(await ask(asked));
          }
        };
        await Promise.all(Array.from({ length: atOnce }, caller));
        return told;
      },
      async charged() {
        await installation.settled();
        const { charged, held } = await customer.balance();
        assert.equal(held, 0n);
        return charged;
      },
      change,
      counts: () => own.map(({ calls }) => calls.length),
    };
  }

  const opened = undo.move();
  return { installation, log, fleet, put, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** The usage of a request, once it is on record. */
export async function usageOf(log: LogReader, requestId: string): Promise<LoggedEvent<'UsageRecorded'>['data']> {
  const usage = (await log.events('UsageRecorded')).find(({ data }) => data.requestId === requestId);
  assert.ok(usage, `nothing is on record of ${requestId}`);
  return usage.data;
}

async function askOnce(url: string, apiKey: string, wishes: AskWishes): Promise<Told> {
  const startedAtMs = performance.now();
  const { stream = false, model, headers = {}, body = {} } = wishes;
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });
  const { text, isCut } = await readAll(response);
  return {
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? '',
    provider: response.headers.get('x-gateway-provider') ?? '',
    attempts: Number(response.headers.get('x-gateway-attempts') ?? 0),
    text,
    headers: response.headers,
    isWhole: !isCut && (!stream || text.trimEnd().endsWith('data: [DONE]')),
    tookMs: performance.now() - startedAtMs,
  };
}

async function readAll(response: Response): Promise<{ text: string; isCut: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
    return { text, isCut: false };
  } catch {
    return { text, isCut: true };
  }
}
