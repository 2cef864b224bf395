/** What is counted of a request, and what it is priced by. */
interface UnitRow {
  /** Whether it stands in the prompt, in the answer, or is counted by itself, one by one. */
  readonly side: 'prompt' | 'answer' | 'count';
  /** The unit whose price it takes where a price book has none of its own; null: it has no price then, and is refused. */
  readonly pricedAs: string | null;
  /**
   * The field of the price catalogue (genai-prices) that has its price, in USD for a million (`_mtok`) or a thousand (`_kcount`);
   * null: the catalogue has none.
   */
  readonly catalogueField: string | null;
  /** What people call one of it. */
  readonly noun: string;
}

/**
 * Every unit that usage is counted and priced in. They are disjoint: a token is of one unit only. Rating, bounds, prices,
 * reports and the command line loop over this table, so that a new unit is a row.
 */
export const units = {
  input: { side: 'prompt', pricedAs: null, catalogueField: 'input_mtok', noun: 'input token' },
  cached_input: { side: 'prompt', pricedAs: 'input', catalogueField: 'cache_read_mtok', noun: 'cached input token' },
  cache_write: { side: 'prompt', pricedAs: 'input', catalogueField: 'cache_write_mtok', noun: 'cache write token' },
  /** Kept for an hour (Anthropic). */
  cache_write_1h: {
    side: 'prompt',
    pricedAs: 'cache_write',
    catalogueField: 'cache_write_1h_mtok',
    noun: '1 h cache write token',
  },
  /** Kept for twelve hours (OpenAI). */
  cache_write_12h: { side: 'prompt', pricedAs: 'cache_write', catalogueField: null, noun: '12 h cache write token' },
  audio_input: { side: 'prompt', pricedAs: null, catalogueField: 'input_audio_mtok', noun: 'audio input token' },
  cached_audio_input: {
    side: 'prompt',
    pricedAs: 'audio_input',
    catalogueField: 'cache_audio_read_mtok',
    noun: 'cached audio input token',
  },
  image_input: { side: 'prompt', pricedAs: 'input', catalogueField: 'input_image_mtok', noun: 'image input token' },
  output: { side: 'answer', pricedAs: null, catalogueField: 'output_mtok', noun: 'output token' },
  reasoning: {
    side: 'answer',
    pricedAs: 'output',
    catalogueField: 'output_reasoning_mtok',
    noun: 'reasoning token',
  },
  audio_output: { side: 'answer', pricedAs: null, catalogueField: 'output_audio_mtok', noun: 'audio output token' },
  image_output: {
    side: 'answer',
    pricedAs: null,
    catalogueField: 'output_image_mtok',
    noun: 'image output token',
  },
  image: { side: 'count', pricedAs: null, catalogueField: null, noun: 'image' },
  second: { side: 'count', pricedAs: null, catalogueField: null, noun: 'second' },
  character: { side: 'count', pricedAs: null, catalogueField: null, noun: 'character' },
  search: { side: 'count', pricedAs: null, catalogueField: 'web_searches_kcount', noun: 'search' },
  request: { side: 'count', pricedAs: null, catalogueField: 'requests_kcount', noun: 'request' },
} as const satisfies Record<string, UnitRow>;

export type Unit = keyof typeof units;

export const unitNames = Object.keys(units) as readonly Unit[];

export function isUnit(text: string): text is Unit {
  return Object.hasOwn(units, text);
}
