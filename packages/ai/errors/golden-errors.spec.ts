import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isJsonObject } from '#kernel/json.ts';
import { describe, test } from '#testkit/test.ts';
import type { ProviderErrorKind } from '../answer-decoder.ts';
import type { FormatName } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';
import { openChatTap } from '../formats/openai-chat/tap.ts';
import { testTap } from '../formats/openai-chat/testing.ts';
import { providerRows } from '../providers/provider-rows.ts';
import { providerRow } from '../providers/spoken-by.ts';

/** An error as a provider answers it, and of what kind it is. */
interface GoldenError {
  readonly provider: string;
  readonly kind: ProviderErrorKind;
  /** 0: in the middle of a stream. */
  readonly status: number;
  /** Absent: the first that the provider speaks. */
  readonly format?: FormatName;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const file = readFileSync(new URL('golden-errors.json', import.meta.url), 'utf8');
const golden: { readonly rows: readonly GoldenError[] } = JSON.parse(file);

describe("a provider's error is of the kind that its golden row says", () => {
  for (const { provider, kind, status, format, headers = {}, body } of golden.rows) {
    const spoken = format ?? providerRow(provider)?.formats[0];
    assert.ok(spoken, provider);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    test(`${provider}, ${status} ${text.slice(0, 90)}: ${kind}`, () => {
      // Some put it into an array.
      const document = Array.isArray(body) ? body[0] : body;
      const read = formatTable[spoken].client.readError(
        status,
        isJsonObject(document) ? document : null,
        text,
        headers,
      );
      assert.equal(read.kind, kind);
      assert.notEqual(read.message + read.code, '');
    });
  }
});

describe('an error within a 200 is a failure, whole and streamed, and no work of a model', () => {
  for (const { provider, kind, status, body } of golden.rows) {
    const row = providerRow(provider);
    if (status !== 200 || row === undefined) continue;
    test(`${provider}: ${JSON.stringify(body).slice(0, 90)}`, () => {
      for (const stream of [false, true]) {
        const tap = openChatTap(testTap({ stream, rules: row }));
        const told = JSON.stringify(body);
        tap.push(Buffer.from(stream ? `data: ${told}\n\n` : told));
        tap.end();
        assert.deepEqual([tap.status(), tap.failure()?.kind, tap.hasWork()], ['failed', kind, false]);
      }
    });
  }
});

test('an answer that a provider broke off for want of machines is a failure, and names it', () => {
  const broken = { index: 0, delta: {}, finish_reason: 'insufficient_system_resource' };
  const tap = openChatTap(testTap({ stream: true }));
  tap.push(Buffer.from(`data: ${JSON.stringify({ choices: [broken] })}\n\n`));
  assert.deepEqual([tap.status(), tap.failure()?.kind], ['failed', 'overload']);
});

test('the golden file has errors of every provider', () => {
  const told = new Set(golden.rows.map(({ provider }) => provider));
  assert.deepEqual(
    providerRows.map(({ id }) => id).filter((id) => !told.has(id)),
    [],
  );
});

test('the kinds that an account is judged by are told of every hosted provider with a form of its own', () => {
  for (const id of [
    'openai',
    'anthropic',
    'gemini',
    'mistral',
    'deepseek',
    'xai',
    'qwen',
    'zhipu',
    'minimax',
    'ark',
    'cloudflare',
  ]) {
    const kinds = new Set(golden.rows.filter(({ provider }) => provider === id).map(({ kind }) => kind));
    for (const kind of ['key', 'context-window'] as const) assert.ok(kinds.has(kind), `${id} ${kind}`);
    assert.ok(kinds.has('rate') || kinds.has('overload'), id);
  }
});
