/** How much text is tokenized: some 10 ms of work. A longer text is scaled up from its beginning. */
const TEXT_MAX_CHARACTERS = 64 * 1024;
/**
 * A tokenizer's work grows with the square of a text without spaces. Pieces keep it linear, at some 0.2 % more tokens.
 */
const PIECE_CHARACTERS = 2_048;
/** If the tokenizer fails: English has about four characters a token. */
const CHARACTERS_A_TOKEN = 4;

/** How tokens were counted. */
export type EstimatePolicy = 'text-tokenized' | 'text-length';

export interface TokenCount {
  readonly tokens: number;
  readonly policy: EstimatePolicy;
}

/** The tokens of a text by OpenAI's o200k vocabulary, which is near enough for other providers' estimates as well. */
export async function countTokens(text: string): Promise<TokenCount> {
  const measured = text.slice(0, TEXT_MAX_CHARACTERS);
  const scale = measured.length === 0 ? 1 : text.length / measured.length;
  try {
    // Loaded on first use: its vocabulary takes 30 MB and a quarter of a second.
    const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
    let tokens = 0;
    for (let at = 0; at < measured.length; at += PIECE_CHARACTERS) {
      // A text may spell out the names of special tokens. They count as ordinary text.
      tokens += count(measured.slice(at, at + PIECE_CHARACTERS), { disallowedSpecial: new Set() });
    }
    return { tokens: Math.ceil(tokens * scale), policy: 'text-tokenized' };
  } catch {
    return { tokens: Math.ceil(text.length / CHARACTERS_A_TOKEN), policy: 'text-length' };
  }
}
