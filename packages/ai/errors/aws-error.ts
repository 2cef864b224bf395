import type { JsonObject } from '#kernel/json.ts';
import type { ProviderError, ProviderErrorKind } from '../answer-decoder.ts';
import type { ErrorHeaders } from '../format.ts';
import { errorKind } from './error-kind.ts';

/** An error in the form that all of Amazon's services have. */
export interface AwsSaid {
  /** The HTTP status; 0: it came in an answer. */
  readonly status: number;
  /** The exception's name, in whatever form; empty: the document has it. */
  readonly name: string;
  /** null: it has none. */
  readonly document: JsonObject | null;
  readonly text: string;
}

/** Header of every error that Amazon's services answer: `ThrottlingException:http://internal.amazon.com/coral/…`. */
const ERROR_TYPE_HEADER = 'x-amzn-errortype';

const MESSAGE_MAX_CHARACTERS = 4_096;

/** Exceptions by what their names begin with, without the service's prefix and in small letters. */
const kindsByName: readonly (readonly [name: string, kind: ProviderErrorKind])[] = [
  ['throttling', 'rate'],
  ['throttled', 'rate'],
  ['toomanyrequests', 'rate'],
  ['requestlimitexceeded', 'rate'],
  ['servicequotaexceeded', 'rate'],
  ['validation', 'request'],
  ['accessdenied', 'key'],
  ['unrecognizedclient', 'key'],
  ['expiredtoken', 'key'],
  ['invalidsignature', 'key'],
  ['incompletesignature', 'key'],
  ['signaturedoesnotmatch', 'key'],
  ['missingauthenticationtoken', 'key'],
  ['invalidclienttokenid', 'key'],
  ['notauthorized', 'key'],
  ['unauthorized', 'key'],
  ['optinrequired', 'key'],
  ['resourcenotfound', 'not-here'],
  ['unknownoperation', 'not-here'],
  ['modelnotready', 'overload'],
  ['serviceunavailable', 'overload'],
  ['modeltimeout', 'timeout'],
  ['requesttimeout', 'timeout'],
  ['modelstreamerror', 'server'],
  ['modelerror', 'server'],
  ['internalserver', 'server'],
  ['internalfailure', 'server'],
  ['conflict', 'server'],
];

/** Words that say more than the exception's name does. The first row that fits tells. */
const signs: readonly (readonly [kind: ProviderErrorKind, words: RegExp])[] = [
  [
    'context-window',
    /input is too long|too many input tokens|prompt is too long|input tokens? .{0,80}exceeds?|exceeds? .{0,40}(?:maximum|max) .{0,40}tokens|exceed context limit|maximum context length/i,
  ],
  ['content-policy', /content filter|content policy|blocked by .{0,40}guardrail/i],
  ['balance', /INVALID_PAYMENT_INSTRUMENT|valid payment instrument/],
  [
    'not-here',
    /model identifier is invalid|on-demand throughput isn.t supported|don.t have access to the model|end of its life|marked by provider as legacy|isn.t (?:supported|available) in (?:this|the) region|^operation not allowed/i,
  ],
];

/** Whether a document is an error of Amazon's: it says so in its header, or by its form. */
export function isAwsError(document: JsonObject | null, headers: ErrorHeaders = {}): boolean {
  if (typeof headers[ERROR_TYPE_HEADER] === 'string') return true;
  if (document === null) return false;
  return typeof document['__type'] === 'string' || (typeof messageOf(document) === 'string' && !('error' in document));
}

/** What an error says. Its kind is told by the exception's name, by its words, and by its status where both say nothing. */
export function readAwsError({ status, name: given, document, text }: AwsSaid): ProviderError {
  const name = plainName(given) || plainName(textOf(document?.['__type']) || textOf(document?.['code']));
  // A model's own failure comes with the model's own words.
  const said =
    textOf(document?.['originalMessage']) || textOf(messageOf(document)) || (document === null ? text.trim() : '');
  const message = said.slice(0, MESSAGE_MAX_CHARACTERS);
  return { kind: kindOf(name, status, message), message, code: name, param: '' };
}

/** The exception's name that a header says; empty: there is none. */
export function awsErrorName(headers: ErrorHeaders): string {
  return textOf(headers[ERROR_TYPE_HEADER]);
}

function kindOf(name: string, status: number, message: string): ProviderErrorKind {
  const words = signs.find(([, pattern]) => pattern.test(message))?.[0];
  const lower = name.toLowerCase();
  const named = kindsByName.find(([beginning]) => lower.startsWith(beginning))?.[1];
  // Words of a limit may be those of a window: "Too many tokens, please wait".
  if (named === 'rate' || named === 'overload' || named === 'timeout') return named;
  return words ?? named ?? errorKind({ status, codes: [], message });
}

/** `com.amazon.coral.service#ThrottlingException:http://…` is a `ThrottlingException`. */
function plainName(name: string): string {
  return (name.split(':', 1)[0] ?? '').split('#').at(-1)?.trim() ?? '';
}

function messageOf(document: JsonObject | null): unknown {
  return document?.['message'] ?? document?.['Message'];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
