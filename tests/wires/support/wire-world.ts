import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { install } from '../../e2e/support/install.ts';
import type { Customer, Installation } from '../../e2e/support/installation.ts';
import { type Answer, type Received, startReplayedProviders } from './replayed-provider.ts';

/** A gateway with providers that answer to the byte. */
export interface WireWorld extends AsyncDisposable {
  readonly installation: Installation;
  /** A model of its own at a provider of its own. */
  wire(answer: Answer, wishes?: WireWishes): Promise<Wire>;
  /** One model that several providers have, the first one first. */
  wires(answers: readonly Answer[], wishes?: WireWishes): Promise<readonly Wire[]>;
}

export interface WireWishes {
  /** The name of the model; a fresh one by default. */
  readonly model?: string;
  readonly kind?: 'openai' | 'anthropic';
  /** More fields of the provider's resource. */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** USD a million; input 1, output 2, cached input 0.1 by default. */
  readonly prices?: Readonly<Record<string, string>>;
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  readonly creditUsd?: string;
}

export interface Wire {
  readonly model: string;
  readonly customer: Customer;
  received(): readonly Received[];
  /** The body of the last request that the provider got. */
  last(): Received;
  ask(path: string, body: Readonly<Record<string, unknown>>, headers?: Readonly<Record<string, string>>): Promise<Told>;
  chat(body?: Readonly<Record<string, unknown>>): Promise<Told>;
  /** Nano-USD, once everything is settled. */
  charged(): Promise<bigint>;
}

/** What a client got. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of an answer in one piece. */
  readonly document: Record<string, unknown>;
  /** Data lines of a stream, but for `[DONE]`. */
  readonly events: readonly Record<string, unknown>[];
  readonly isDone: boolean;
  /** The connection broke before the answer's end. */
  readonly isCut: boolean;
}

/** Long enough to stand in no answer by chance: an answer that has it is not shown. */
const PROVIDER_KEY = 'sk-of-the-gateway-at-this-provider';

const usual = { input: '1', output: '2', cached_input: '0.1' };

export async function openWireWorld(settings: Readonly<Record<string, unknown>> = {}): Promise<WireWorld> {
  await using undo = new AsyncDisposableStack();
  const providers = undo.use(await startReplayedProviders());
  const installation = undo.use(await install());
  const { admin } = installation;

  async function put(path: string, body: unknown): Promise<void> {
    const { status, document } = await admin.call('PUT', path, { body });
    assert.ok(status < 300, `${path}: ${status} ${JSON.stringify(document)}`);
  }
  if (Object.keys(settings).length > 0) {
    const { status, document } = await admin.call('PATCH', '/admin/settings', { body: settings });
    assert.ok(status < 300, JSON.stringify(document));
  }

  async function wires(answers: readonly Answer[], wishes: WireWishes = {}): Promise<readonly Wire[]> {
    const id = `w-${randomUUID().slice(0, 8)}`;
    const { model = id, kind = 'openai', prices = usual, contextTokens = 0, outputTokensMax = 0 } = wishes;
    const ids = answers.map((_, at) => `${id}-${at}`);
    for (const [at, answer] of answers.entries()) {
      const provider = ids[at] ?? '';
      await put(`/admin/prices/${provider}/${model}`, {
        prices: Object.entries(prices).map(([unit, usd_per_million]) => ({ unit, usd_per_million })),
        context_tokens: contextTokens,
        output_tokens_max: outputTokensMax,
      });
      const base_url = providers.add(provider, answer);
      await put(`/admin/providers/${provider}`, {
        ...{ kind, base_url, catalogue: provider, models: [model], api_key: PROVIDER_KEY, priority: at },
        ...wishes.provider,
      });
    }
    const customer = await installation.customer({ multiplier: '1', creditUsd: wishes.creditUsd ?? '100' });
    await installation.settled();
    return ids.map((provider) => ({
      model,
      customer,
      received: () => providers.received(provider),
      last() {
        const last = providers.received(provider).at(-1);
        assert.ok(last, 'the provider got nothing');
        return last;
      },
      ask: (path, body, headers = {}) =>
        tell(installation.gateway().url, path, customer.apiKey, { model, ...body }, headers),
      chat: (body = {}) =>
        tell(
          installation.gateway().url,
          '/v1/chat/completions',
          customer.apiKey,
          { model, messages: hello, ...body },
          {},
        ),
      async charged() {
        await installation.settled();
        const { charged, held } = await customer.balance();
        assert.equal(held, 0n);
        return charged;
      },
    }));
  }

  const opened = undo.move();
  return {
    installation,
    wires,
    async wire(answer, wishes) {
      const [wire] = await wires([answer], wishes);
      assert.ok(wire);
      return wire;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export const hello = [{ role: 'user', content: 'Hello there' }];

async function tell(
  url: string,
  path: string,
  apiKey: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Promise<Told> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body:
      typeof body['raw'] === 'string' ? body['raw'].replaceAll('$MODEL', String(body['model'])) : JSON.stringify(body),
  });
  const { text, isCut } = await readAll(response);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const data = isStream ? [...text.matchAll(/^data: ?(.*)$/gm)].map(([, line = '']) => line) : [];
  return {
    status: response.status,
    headers: response.headers,
    text,
    document: isStream || isCut ? {} : (JSON.parse(text || '{}') as Record<string, unknown>),
    events: data.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>),
    isDone: data.at(-1) === '[DONE]',
    isCut,
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
