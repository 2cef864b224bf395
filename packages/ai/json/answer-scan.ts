import { parseObject } from '#kernel/json.ts';
import type { TextSample } from '../answer-decoder.ts';
import { createByteStore } from './byte-store.ts';
import { createGeneratedText, type GeneratedText } from './generated-text.ts';
import { createJsonScan, type Wanted } from './json-scan.ts';

/** A usage report is some hundred bytes. */
const USAGE_MAX_BYTES = 64 * 1024;
/** The name of a tier is a word. */
const SERVICE_TIER_MAX_CHARACTERS = 64;

/** The facts of an answer in one piece, read as it comes and without keeping it. */
export interface AnswerScan<U> {
  push(bytes: Buffer): void;
  readonly status: () => 'before' | 'open' | 'closed' | 'broken';
  /** The place of the generated text has come. */
  readonly hasAnswer: () => boolean;
  /** Whether a model has been at work: an answer or its usage has come, or a document has begun that names no error. */
  readonly hasWork: () => boolean;
  readonly usage: () => U | null;
  /** The tier that the answer says it was served in; empty: it says none. */
  readonly serviceTier: () => string;
  readonly sample: () => TextSample;
}

/** A wire format's shape of an answer. */
export interface AnswerShape<U> {
  /** The field that marks an answer, and the places of generated text in it. */
  readonly answerField: string;
  readonly answer: (text: Wanted, raw: Wanted) => Extract<Wanted, { kind: 'items' | 'fields' }>;
  readonly readUsage: (value: unknown) => U | null;
  /** The field that holds the report; absent: `usage`. */
  readonly usageField?: string;
}

/** `text`: collects the generated text. */
export function createAnswerScan<U>(
  { answerField, answer, readUsage, usageField = 'usage' }: AnswerShape<U>,
  text: GeneratedText = createGeneratedText(),
): AnswerScan<U> {
  const report = createByteStore();
  let usage: U | null = null;
  let hasAnswer = false;
  let hasError = false;
  let serviceTier = '';

  const generated: Wanted = { kind: 'text', take: (raw) => text.addRaw(raw, 0, raw.length) };
  const scan = createJsonScan({
    kind: 'fields',
    fields: {
      [answerField]: {
        ...answer(generated, { kind: 'raw', take: (raw) => text.addRaw(raw, 0, raw.length) }),
        begin: () => {
          hasAnswer = true;
        },
      },
      error: {
        kind: 'fields',
        fields: {},
        begin: () => {
          hasError = true;
        },
      },
      service_tier: {
        kind: 'text',
        take: (raw) => {
          serviceTier = (serviceTier + raw.toString('latin1')).slice(0, SERVICE_TIER_MAX_CHARACTERS);
        },
      },
      [usageField]: {
        kind: 'raw',
        take: (raw) => {
          if (report.length() <= USAGE_MAX_BYTES) report.append(raw);
        },
        end: () => {
          usage = readUsage(parseObject(report.take().toString())) ?? usage;
        },
      },
    },
  });

  return {
    push: scan.push,
    status: scan.status,
    hasAnswer: () => hasAnswer,
    hasWork: () => hasAnswer || usage !== null || (scan.status() === 'open' && !hasError),
    usage: () => usage,
    serviceTier: () => serviceTier,
    sample: text.read,
  };
}
