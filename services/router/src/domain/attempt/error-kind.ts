import type { ProviderError, ProviderErrorKind } from '#ai/answer-decoder.ts';

/** Providers say what it is about at once. */
const WORDS_MAX_CHARACTERS = 4_000;

/** What providers write where the prompt and its bound are longer than the model takes. */
const beyondContext =
  /context_length_exceeded|maximum context length|max(imum)? (prompt|input) length|context (window|length|size)|prompt is too long|input (is )?too long|input token count.*exceeds|exceeds? the (maximum|max|model'?s) .*(tokens|length)|too many (input )?tokens/i;

/** Codes and words of filters. */
const filtered =
  /content_filter|content_policy|content policy|content management policy|data_inspection_failed|responsibleaipolicy|bio_policy|cyber_policy|misalignment_policy|moderation|safety system|sensitive_words|flagged (as|by|for)/i;

/** The gateway's own account is empty, whatever the status: most say 429, as of a rate. */
const outOfMoney =
  /insufficient_quota|insufficient (balance|credit|funds)|billing_error|billing_hard_limit|exceeded your current quota|credit balance is too low|payment required|arrearage|account.*overdue/i;

const noSuchModel = /model_not_found|unknown_model|no such model|model .*(does not exist|not found|not exist)/i;

/** By their HTTP status, where a provider says no more. */
const kindOfStatus: Readonly<Record<number, ProviderErrorKind>> = {
  401: 'key',
  402: 'balance',
  403: 'key',
  404: 'not-here',
  405: 'not-here',
  408: 'timeout',
  409: 'server',
  413: 'not-here',
  415: 'not-here',
  429: 'rate',
  501: 'not-here',
  503: 'overload',
  504: 'timeout',
  529: 'overload',
};

/**
 * What kind of no it is, by the provider's words, then by what its format says of it, then by its status. `status` is 200
 * for an error within an answer.
 */
export function errorKindOf({ kind, code, message }: ProviderError, status: number): ProviderErrorKind {
  const words = `${code} ${message}`.slice(0, WORDS_MAX_CHARACTERS);
  const isOfRequest = status === 200 || status === 400 || status === 413 || status === 422;
  if (kind === 'balance' || outOfMoney.test(words)) return 'balance';
  if (isOfRequest && (kind === 'context-window' || beyondContext.test(words))) return 'context-window';
  if ((isOfRequest || status === 403) && (kind === 'content-policy' || filtered.test(words))) return 'content-policy';
  if (isOfRequest && noSuchModel.test(words)) return 'not-here';
  const byStatus = kindOfStatus[status] ?? kindOfRange(status);
  // A status that says something of this provider counts for more than a document that says it of the request.
  if (byStatus !== 'unknown' && (kind === 'unknown' || kind === 'request' || status === 429)) return byStatus;
  return kind;
}

function kindOfRange(status: number): ProviderErrorKind {
  if (status >= 500) return 'server';
  return status >= 400 ? 'request' : 'unknown';
}
