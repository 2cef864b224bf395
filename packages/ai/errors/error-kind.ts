import type { ProviderErrorKind } from '../answer-decoder.ts';

/** What a provider says of its failure, as far as it tells the kind. */
interface Said {
  /** The HTTP status; 0 or 2xx: it says nothing. */
  readonly status: number;
  /** The provider's code and type, in whatever case. */
  readonly codes: readonly string[];
  readonly message: string;
}

/**
 * Codes and words that say more than the status does. The first that fits tells. Numbers are Zhipu's; those of other families have the
 * family's name before them (`read-error-document.ts`).
 * https://docs.bigmodel.cn/cn/api/api-code https://platform.minimax.io/docs/api-reference/errorcode
 */
const signs: readonly (readonly [kind: ProviderErrorKind, codes: RegExp, words: RegExp])[] = [
  [
    'context-window',
    /context_length_exceeded|context_window|model_context_window|string_above_max_length|tokens_limit_reached|(?:tokens|characters)_too_long|^1261$|^qianfan_336(?:007|103)$/,
    new RegExp(
      [
        'maximum context length|maximum prompt length|context (?:length|window) (?:of|is|exceed|limit)',
        "exceeds? (?:the )?(?:model's )?(?:maximum )?context|exceeded model token limit",
        'prompt is too long|input token length too long|input is too long for|input token count .*exceeds',
        'input length .*exceeds the maximum length|range of input length should be',
        'too many tokens in the (?:prompt|input)|too many tokens: ',
        'reduce the length of (?:the|your) (?:messages|prompt|input)',
        '`inputs` (?:tokens \\+ `max_new_tokens` must be|must have less than)|must be less than max_seq_len',
        'max allowed tokens per submitted batch',
      ].join('|'),
    ),
  ],
  [
    'content-policy',
    /content_filter|content_policy|(?:bio|cyber|misalignment)_policy|^invalid_prompt$|data_?inspection_?failed|responsible_?ai|moderation|^sensitive$|sensitive_?content|unsafe|^1301$|^base_resp_102[67]$/,
    /content management policy|content policy|content filter|safety system|flagged (?:as|by|for)|violates usage guidelines|content exists risk|inappropriate content|considered high risk/,
  ],
  [
    'balance',
    /insufficient_quota|insufficient_balance|insufficient_credits|not_enough_balance|exceeded_current_quota|billing|blocked_api_access|usage_not_included|arrear|account_?overdue|payment_required|balance_not_enough|^1113$|^13(?:08|09|10)$|^base_resp_(?:1008|1028|1030|2056)$|^qianfan_1[79]$|^cloudflare_(?:3036|4006)$/,
    /insufficient (?:account )?balance|balance is insufficient|not enough balance|exceeded your current quota|credit balance is too low|out of credits|insufficient credits|used all available credits|included credits|credits expired|account is in arrears|overdue (?:payment|balance)|good standing|account .{0,80}suspended/,
  ],
  [
    'overload',
    /overloaded|engine_overloaded|slow_down|service_?unavailable|capacity_exceeded|insufficient_system_resource|queue_exceeded|^1305$|^1312$|^qianfan_336100$|^cloudflare_3040$/,
    /\boverloaded\b|no capacity|over capacity|model is (?:currently )?loading|model too busy/,
  ],
  [
    'rate',
    /rate_?limit|too_many_requests|throttl|resource_exhausted|^130[234]$|^1313$|^base_resp_(?:1002|1039|1041)$|^qianfan_(?:4|18|33650[12])$|^mistral_1300$/,
    /rate limit|too many requests|requests per minute|tokens per minute/,
  ],
  [
    'key',
    /invalid_?api_?key|authentication|unauthori[sz]ed|permission|access_?denied|invalid_(?:iam_)?token|organization_restricted|^100[0-4]$|^11(?:1[012]|21)$|^base_resp_(?:1004|2049)$|^qianfan_(?:6|1[345]|1[01]\d)$|^cloudflare_10000$/,
    /invalid api key|incorrect api key|wrong api key|api key not valid/,
  ],
  [
    'not-here',
    /model_not_found|data_residency_mismatch|deployment_?not_?found|no_such_model|un(?:supported|known)_model|invalid_model|not_found_error|^12(?:1[12]|2[012])$|^1311$|^base_resp_2061$|^cloudflare_5007$/,
    /model .{0,200}(?:does not exist|not found|is not available)|no such model|no endpoints found/,
  ],
  ['timeout', /timeout|timed_out|deadline_exceeded|^base_resp_1001$/, /\btimed out\b/],
  ['server', /^network_error$|^1234$|^1120$|^base_resp_10(?:00|13|24|33)$/, /(?!)/],
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
