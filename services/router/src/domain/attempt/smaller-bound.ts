/** Refusals say it at once. */
const WORDS_MAX_CHARACTERS = 2_000;

const digits = (text: string | undefined): number => Number((text ?? '').replaceAll(/[,_]/g, ''));

/** What a refusal says of the room for an answer, where the gateway's own bound of it was refused. */
const sayings: readonly {
  readonly words: RegExp;
  readonly room: (numbers: readonly number[], bound: number) => number;
}[] = [
  // "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"
  { words: /([\d,]+) \+ [\d,]+ > ([\d,]+)/, room: ([prompt = 0, context = 0]) => context - prompt },
  // "is too large: 32768. ... (32768 > 131072 - 104762)"
  { words: /[\d,]+ > ([\d,]+) - ([\d,]+)/, room: ([context = 0, prompt = 0]) => context - prompt },
  // "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens"
  { words: /[\d,]+ > ([\d,]+), which is the maximum/, room: ([most = 0]) => most },
  // "This model supports at most 16384 completion tokens"
  { words: /at most ([\d,]+) (?:completion|output) tokens/i, room: ([most = 0]) => most },
  // "maximum context length is 131072 tokens. However, you requested 137530 tokens (104762 in the messages, ..."
  {
    words:
      /context length (?:is|of) ([\d,]+) tokens[\s\S]*?([\d,]+) (?:tokens )?(?:in|from|of) the (?:messages|input|prompt)/i,
    room: ([context = 0, prompt = 0]) => context - prompt,
  },
  // "maximum context length is 131072 tokens and your request has 104762 input tokens"
  {
    words: /context length (?:is|of) ([\d,]+) tokens[\s\S]*?([\d,]+) (?:input|prompt) tokens/i,
    room: ([context = 0, prompt = 0]) => context - prompt,
  },
  // "maximum context length is 8192 tokens. However, you requested 9000 tokens", the bound among them
  {
    words: /context length (?:is|of) ([\d,]+) tokens[\s\S]*?requested (?:about )?([\d,]+) tokens/i,
    room: ([context = 0, requested = 0], bound) => context - (requested - bound),
  },
];

/**
 * The bound that a provider would take in place of the gateway's own, by the words of its refusal; null: they say none, or
 * the bound is not at fault.
 */
export function smallerBound(words: string, bound: number): number | null {
  for (const { words: pattern, room } of sayings) {
    const found = pattern.exec(words.slice(0, WORDS_MAX_CHARACTERS));
    if (found === null) continue;
    const left = room(found.slice(1).map(digits), bound);
    return Number.isInteger(left) && left >= 1 && left < bound ? left : null;
  }
  return null;
}
