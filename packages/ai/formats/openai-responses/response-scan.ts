import { asObject, parseObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { createByteStore } from '../../json/byte-store.ts';
import type { GeneratedText } from '../../json/generated-text.ts';
import { createJsonScan, type Wanted } from '../../json/json-scan.ts';
import type { UsageReport } from '../../usage.ts';
import type { UsageRules } from '../../usage-rules.ts';
import { readOpenAiError } from '../openai-chat/errors.ts';
import { readResponseUsage } from './usage.ts';

/** A report is some hundred bytes, an error some thousand. */
const REPORT_MAX_BYTES = 64 * 1024;

/** The facts of a response that is too long to keep, read as it comes. */
export interface ResponseScan {
  push(bytes: Buffer): void;
  readonly status: () => 'before' | 'open' | 'closed' | 'broken';
  /** The output has begun. */
  readonly hasOutput: () => boolean;
  readonly usage: () => UsageReport | null;
  /** What the response says of its failure; null: it did not fail. */
  readonly failure: () => ProviderError | null;
}

/** `isEvent`: the response stands in a stream's event. */
export function createResponseScan(text: GeneratedText, rules: UsageRules, isEvent: boolean): ResponseScan {
  const reports = new Map<string, string>();
  let hasOutput = false;
  const kept = (name: string): Wanted => {
    const bytes = createByteStore();
    return {
      kind: 'raw',
      take: (raw) => {
        if (bytes.length() <= REPORT_MAX_BYTES) bytes.append(raw);
      },
      end: () => reports.set(name, bytes.take().toString()),
    };
  };
  const said = (name: string): Wanted => ({
    kind: 'text',
    take: (raw) => reports.set(name, (reports.get(name) ?? '') + raw.toString()),
  });
  const response: Extract<Wanted, { kind: 'fields' }> = {
    kind: 'fields',
    fields: {
      output: {
        ...outputShape({ kind: 'text', take: (raw) => text.addRaw(raw, 0, raw.length) }),
        begin: () => {
          hasOutput = true;
        },
      },
      usage: kept('usage'),
      tool_usage: kept('tool_usage'),
      error: kept('error'),
      service_tier: said('service_tier'),
      status: said('status'),
    },
  };
  const scan = createJsonScan(isEvent ? { kind: 'fields', fields: { response } } : response);
  const report = (name: string) => parseObject(reports.get(name) ?? '');

  return {
    push: scan.push,
    status: scan.status,
    hasOutput: () => hasOutput,
    usage: () =>
      readResponseUsage(
        {
          usage: report('usage'),
          tool_usage: report('tool_usage'),
          service_tier: reports.get('service_tier'),
        },
        rules,
      ),
    failure() {
      const error = asObject(report('error'));
      if (error !== null) return readOpenAiError(0, error);
      return reports.get('status') === 'failed' ? readOpenAiError(0, null) : null;
    },
  };
}

function outputShape(text: Wanted): Extract<Wanted, { kind: 'items' }> {
  const part: Wanted = { kind: 'fields', fields: { text, refusal: text } };
  const parts: Wanted = { kind: 'items', item: part };
  const item: Wanted = {
    kind: 'fields',
    fields: { content: parts, summary: parts, name: text, arguments: text, input: text, code: text },
  };
  return { kind: 'items', item };
}
