/** How a model is told to think. `none`: not at all. `manual`: by a budget. `both`: by a budget or an effort. `adaptive`: by an effort only. */
export type ThinkingForm = 'none' | 'manual' | 'both' | 'adaptive';

/** What a model takes of a request. Providers refuse the rest with 400. */
export interface ModelTraits {
  readonly thinking: ThinkingForm;
  /** How a model that thinks by itself is told not to. `omit`: it thinks only if told to. `low`: a low effort is the least. */
  readonly thinkingOff: 'omit' | 'disabled' | 'between_tools' | 'low';
  /** The efforts that `output_config.effort` may name, from the least. */
  readonly efforts: readonly string[];
  /** Whether `temperature`, `top_p` and `top_k` may differ from their defaults. `one`: not temperature and top_p together. */
  readonly sampling: 'none' | 'one' | 'all';
  /** `tool_choice` of `any` or `tool`. */
  readonly takesForcedTools: boolean;
  /** An answer that the client has begun. */
  readonly takesPrefill: boolean;
  /** `output_config.format`, and strict tools. */
  readonly takesOutputFormat: boolean;
}

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

/** Models of other makers behind a Messages API, and those before Claude 4.5: nothing is known against anything. */
const unknown: ModelTraits = {
  thinking: 'manual',
  thinkingOff: 'omit',
  efforts: [],
  sampling: 'all',
  takesForcedTools: true,
  takesPrefill: true,
  takesOutputFormat: false,
};
const thoughtless: ModelTraits = { ...unknown, thinking: 'none' };
const manual: ModelTraits = { ...unknown, sampling: 'one', takesOutputFormat: true };
const both: ModelTraits = {
  ...manual,
  thinking: 'both',
  efforts: ['low', 'medium', 'high', 'max'],
  takesPrefill: false,
};
const adaptive: ModelTraits = { ...both, thinking: 'adaptive', efforts, sampling: 'none' };
const thinkingByItself: ModelTraits = { ...adaptive, thinkingOff: 'disabled' };
const alwaysThinking: ModelTraits = { ...adaptive, thinkingOff: 'low' };
const unforced = { takesForcedTools: false } as const;

/** From which version on a family has which traits: newest first. The sources are in README.md. */
type Row = readonly [major: number, minor: number, traits: ModelTraits];

const families: Readonly<Record<string, readonly Row[]>> = {
  fable: [
    [5, 1, { ...alwaysThinking, ...unforced }],
    [0, 0, alwaysThinking],
  ],
  mythos: [
    [5, 1, { ...alwaysThinking, ...unforced }],
    [0, 0, alwaysThinking],
  ],
  opus: [
    [5, 5, { ...alwaysThinking, ...unforced }],
    [5, 0, thinkingByItself],
    [4, 7, adaptive],
    [4, 6, both],
    [4, 1, manual],
    [4, 0, unknown],
    [0, 0, thoughtless],
  ],
  sonnet: [
    [5, 5, { ...adaptive, thinkingOff: 'between_tools', ...unforced }],
    [5, 0, thinkingByItself],
    [4, 6, { ...both, efforts: ['low', 'medium', 'high'] }],
    [4, 5, manual],
    [3, 7, unknown],
    [0, 0, thoughtless],
  ],
  haiku: [
    [5, 0, thinkingByItself],
    [4, 5, manual],
    [0, 0, thoughtless],
  ],
};

/** `claude-opus-4-7`, `anthropic.claude-sonnet-4-5-20250929-v1:0`. A date is no version. */
const newName = /claude-([a-z]+)(?:-(\d{1,2})(?:[.-](\d{1,2}))?)?(?!\d)/;
/** `claude-3-5-sonnet-20241022` */
const oldName = /claude-(\d{1,2})(?:[.-](\d{1,2}))?-([a-z]+)/;

/** By a model's name, whatever a provider writes around it. A family without a version (`-latest`) is the newest one. */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase();
  const old = oldName.exec(name);
  if (old) return traitsFrom(old[3], Number(old[1]), Number(old[2] ?? 0));
  const match = newName.exec(name);
  return match ? traitsFrom(match[1], Number(match[2] ?? Number.POSITIVE_INFINITY), Number(match[3] ?? 0)) : unknown;
}

function traitsFrom(family: string | undefined, major: number, minor: number): ModelTraits {
  const rows = families[family ?? ''] ?? [];
  return rows.find((row) => major > row[0] || (major === row[0] && minor >= row[1]))?.[2] ?? unknown;
}
