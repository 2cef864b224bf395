import type { ProviderErrorKind } from '../answer-decoder.ts';

/** What a provider says of its failure, as far as it tells the kind. */
interface Said {
  /** The HTTP status; 0 or 2xx: it says nothing. */
  readonly status: number;
  /** The provider's code and type, in whatever case. */
  readonly codes: readonly string[];
  readonly message: string;
}

/** Codes and words that say more than the status does. The first that fits tells. */
const signs: readonly (readonly [kind: ProviderErrorKind, codes: RegExp, words: RegExp])[] = [
  [
    'context-window',
    /context_length_exceeded|context_window|model_context_window|string_above_max_length/,
    /maximum context length|context (?:length|window) (?:of|is|exceed)|exceeds? (?:the )?(?:model's )?(?:maximum )?context|prompt is too long|input token count .*exceeds|input is too long for|too many tokens in the (?:prompt|input)|reduce the length of (?:the|your) (?:messages|prompt|input)/,
  ],
  [
    'content-policy',
    /content_filter|content_policy|(?:bio|cyber|misalignment)_policy|^invalid_prompt$|data_?inspection_?failed|responsible_?ai|moderation|^sensitive$|^1301$/,
    /content management policy|content policy|content filter|safety system|flagged (?:as|by|for)/,
  ],
  [
    'balance',
    /insufficient_quota|insufficient_balance|insufficient_credits|exceeded_current_quota|billing|usage_not_included|arrear|payment_required|balance_not_enough|^1113$|^1008$/,
    /insufficient (?:account )?balance|exceeded your current quota|credit balance is too low|out of credits|account is in arrears|overdue payment/,
  ],
  [
    'overload',
    /overloaded|engine_overloaded|slow_down|service_?unavailable|^1305$/,
    /\boverloaded\b|no capacity|model is (?:currently )?loading/,
  ],
  [
    'rate',
    /rate_?limit|too_many_requests|throttl|resource_exhausted|^1302$|^1002$/,
    /rate limit|too many requests|requests per minute|tokens per minute/,
  ],
  [
    'key',
    /invalid_api_key|authentication|unauthori[sz]ed|permission|access_denied|invalid_token|^1004$/,
    /invalid api key|incorrect api key/,
  ],
  [
    'not-here',
    /model_not_found|data_residency_mismatch|deployment_?not_?found|no_such_model|unsupported_model|not_found_error/,
    /model .{0,200}(?:does not exist|not found|is not available)|no endpoints found/,
  ],
  ['timeout', /timeout|timed_out|deadline_exceeded/, /\btimed out\b/],
];

const kindOfStatus: Readonly<Record<number, ProviderErrorKind>> = {
  400: 'request',
  401: 'key',
  402: 'balance',
  403: 'key',
  404: 'not-here',
  405: 'not-here',
  408: 'timeout',
  409: 'server',
  410: 'not-here',
  413: 'not-here',
  415: 'not-here',
  422: 'request',
  425: 'server',
  429: 'rate',
  498: 'overload',
  499: 'server',
  503: 'overload',
  504: 'timeout',
  524: 'timeout',
  529: 'overload',
};

/** How much of a message is looked at: the words that tell stand at its beginning. */
const WORDS_MAX_CHARACTERS = 2_000;

/** What kind of no a provider gave, by its code, its words and its status, in this order. */
export function errorKind({ status, codes, message }: Said): ProviderErrorKind {
  const lowerCodes = codes.filter((code) => code !== '').map((code) => code.toLowerCase());
  const words = message.slice(0, WORDS_MAX_CHARACTERS).toLowerCase();
  const byCode = signs.find(([, pattern]) => lowerCodes.some((code) => pattern.test(code)))?.[0];
  if (byCode !== undefined) return byCode;
  // The code of a refused request is often no more than that; its words tell a window or a policy.
  const byWords = signs.find(([, , pattern]) => pattern.test(words))?.[0];
  if (byWords !== undefined && isNearStatus(byWords, status)) return byWords;
  const byStatus = kindOfStatus[status];
  if (byStatus !== undefined) return byStatus;
  if (status >= 500) return 'server';
  if (status >= 400) return 'request';
  if (lowerCodes.some((code) => code.includes('invalid_request'))) return 'request';
  return lowerCodes.some((code) => code.includes('server') || code.includes('internal')) ? 'server' : 'unknown';
}

/** Words of a window, a policy or a balance are believed under any status; others only where the status says little. */
function isNearStatus(kind: ProviderErrorKind, status: number): boolean {
  if (kind === 'context-window' || kind === 'content-policy') return status < 500;
  return kind === 'balance' || status < 400 || status === 400 || status >= 500;
}
