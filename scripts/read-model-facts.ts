/** A row of LiteLLM's model_prices_and_context_window.json, as far as the catalogue of models takes it. */
export interface SourceRow {
  readonly litellm_provider?: string;
  readonly mode?: string;
  readonly max_input_tokens?: unknown;
  readonly max_output_tokens?: unknown;
  readonly deprecation_date?: string;
  readonly successor_model?: string;
  readonly supported_modalities?: readonly string[];
  readonly supported_output_modalities?: readonly string[];
  readonly supports_function_calling?: boolean;
  readonly supports_response_schema?: boolean;
  readonly supports_reasoning?: boolean;
  readonly supports_web_search?: boolean;
  readonly supports_vision?: boolean;
  readonly supports_pdf_input?: boolean;
  readonly supports_audio_input?: boolean;
  readonly supports_audio_output?: boolean;
  readonly supports_video_input?: boolean;
}

/** A model as it is written down: what is not known is left out. Lists are words with a space between them. */
export interface WrittenFacts {
  readonly context?: number;
  readonly output?: number;
  readonly takes?: string;
  readonly gives?: string;
  readonly can?: string;
  readonly retires?: string;
  readonly successor?: string;
}

interface SourceProvider {
  /** Whose models they are in the price catalogue. */
  readonly catalogue: string;
  /** What the source writes before the provider's own name of a model; the first that fits is taken off. */
  readonly prefixes: readonly string[];
  /** Whether a model without a flag lacks what the flag stands for. Rows of those that host models of others are full of gaps. */
  readonly isThorough: boolean;
}

const maker = (catalogue: string, ...prefixes: string[]): SourceProvider => ({
  catalogue,
  prefixes,
  isThorough: true,
});
const host = (catalogue: string, ...prefixes: string[]): SourceProvider => ({
  catalogue,
  prefixes,
  isThorough: false,
});

/** The providers that the gateway has rows of, by their names in the source. */
const sourceProviders: Readonly<Record<string, SourceProvider>> = {
  openai: maker('openai'),
  anthropic: maker('anthropic'),
  gemini: maker('google', 'gemini/'),
  mistral: maker('mistral', 'mistral/'),
  deepseek: maker('deepseek', 'deepseek/'),
  xai: maker('x-ai', 'xai/'),
  moonshot: maker('moonshotai', 'moonshot/'),
  dashscope: maker('qwen', 'dashscope/'),
  zai: maker('zai', 'zai/'),
  minimax: maker('minimax', 'minimax/'),
  cohere: maker('cohere', 'cohere/'),
  cohere_chat: maker('cohere', 'cohere_chat/'),
  volcengine: maker('ark', 'volcengine/'),
  azure: host('azure', 'azure/'),
  groq: maker('groq', 'groq/'),
  cerebras: host('cerebras', 'cerebras/'),
  perplexity: host('perplexity', 'perplexity/'),
  together_ai: host('together', 'together_ai/'),
  fireworks_ai: host('fireworks', 'fireworks_ai/accounts/fireworks/models/', 'fireworks_ai/'),
};

/** What the gateway asks of models: it knows neither images nor recordings as an answer's only kind. */
const modes: readonly unknown[] = ['chat', 'responses', 'completion', 'embedding'];

/** Classes of size, and families of tuned models: no names of models. */
const noModel = /^(together-ai|fireworks-ai)-|^ft:/;
/** Azure's regions and kinds of deployment: the name of a model there has no slash. */
const azureRegion = /\//;
/** A dated snapshot: `…-20250929`, `…-2024-08-06`. */
const snapshotSuffix = /-(\d{8}|\d{4}-\d{2}-\d{2})$/;

/** The facts of the source, by the catalogue and the provider's own name of the model. */
export function readModelFacts(source: Readonly<Record<string, SourceRow>>): Map<string, Map<string, WrittenFacts>> {
  const all = new Map<string, Map<string, WrittenFacts>>();
  for (const [key, row] of Object.entries(source)) {
    const provider = sourceProviders[row.litellm_provider ?? ''];
    if (provider === undefined || !modes.includes(row.mode)) continue;
    const name = ownName(key, provider);
    if (noModel.test(name) || (provider.catalogue === 'azure' && azureRegion.test(name))) continue;
    const facts = factsOf(row, provider);
    if (Object.keys(facts).length === 0) continue;
    const models = all.get(provider.catalogue) ?? new Map<string, WrittenFacts>();
    all.set(provider.catalogue, models);
    // The source may have a model with its prefix and without: the one that says more comes last.
    models.set(name, { ...models.get(name), ...facts });
  }
  for (const models of all.values()) shareWithSnapshots(models);
  return all;
}

/** The source forgets flags at a model or at its snapshot, which can do the same. */
function shareWithSnapshots(models: Map<string, WrittenFacts>): void {
  for (const [name, snapshot] of models) {
    const base = name.replace(snapshotSuffix, '');
    const model = models.get(base);
    if (base === name || model?.can === undefined || snapshot.can === undefined) continue;
    const can = [...new Set(`${model.can} ${snapshot.can}`.split(' '))].join(' ');
    models.set(base, { ...model, can }).set(name, { ...snapshot, can });
  }
}

function ownName(key: string, { prefixes }: SourceProvider): string {
  const prefix = prefixes.find((each) => key.startsWith(each)) ?? '';
  return key.slice(prefix.length);
}

function factsOf(row: SourceRow, provider: SourceProvider): WrittenFacts {
  const isEmbedding = row.mode === 'embedding';
  const context = tokensOf(row.max_input_tokens);
  const output = isEmbedding ? 0 : tokensOf(row.max_output_tokens);
  const takes = inputsOf(row, provider);
  const gives = isEmbedding ? ['embedding'] : outputsOf(row, provider);
  const can = isEmbedding ? [] : capabilitiesOf(row, provider);
  const retires = /^\d{4}-\d{2}-\d{2}$/.exec(row.deprecation_date ?? '')?.[0];
  const successor = successorOf(row, provider);
  return {
    ...(context > 0 ? { context } : {}),
    ...(output > 0 ? { output } : {}),
    ...(takes.length > 0 ? { takes: takes.join(' ') } : {}),
    ...(gives.length > 0 ? { gives: gives.join(' ') } : {}),
    ...(can.length > 0 ? { can: can.join(' ') } : {}),
    ...(retires === undefined ? {} : { retires }),
    ...(successor === undefined ? {} : { successor }),
  };
}

function tokensOf(value: unknown): number {
  const tokens = Number(value ?? 0);
  return Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0;
}

/** The source has no flag for documents at many models that see: those are taken to read them, too. */
function inputsOf(row: SourceRow, { isThorough }: SourceProvider): string[] {
  if (!isThorough && row.supported_modalities === undefined) return [];
  const stated = row.supported_modalities ?? [];
  const takesImages = stated.includes('image') || row.supports_vision === true;
  const takes = {
    text: true,
    image: takesImages,
    audio: stated.includes('audio') || row.supports_audio_input === true,
    video: stated.includes('video') || row.supports_video_input === true,
    file: row.supports_pdf_input ?? takesImages,
  };
  return namesOf(takes);
}

function outputsOf(row: SourceRow, { isThorough }: SourceProvider): string[] {
  const stated = row.supported_output_modalities ?? [];
  if (!isThorough && stated.length === 0) return [];
  return namesOf({
    text: true,
    image: stated.includes('image'),
    audio: stated.includes('audio') || row.supports_audio_output === true,
    video: stated.includes('video'),
  });
}

/**
 * The source often leaves open whether a model with tools answers by a schema. It then counts as able to: a provider that is not
 * says so, and a model that could must not be left out.
 */
function capabilitiesOf(row: SourceRow, { isThorough }: SourceProvider): string[] {
  const saysNothing = Object.keys(row).every((key) => !key.startsWith('supports_'));
  if (!isThorough || saysNothing) return [];
  const tools = row.supports_function_calling === true;
  return namesOf({
    tools,
    structured_output: row.supports_response_schema ?? tools,
    reasoning: row.supports_reasoning === true,
    web_search: row.supports_web_search === true,
  });
}

/** The successor by the provider's own name; one of another provider is none. */
function successorOf({ successor_model: successor }: SourceRow, provider: SourceProvider): string | undefined {
  if (successor === undefined || successor === '') return undefined;
  const prefix = provider.prefixes.find((each) => successor.startsWith(each));
  if (prefix !== undefined) return successor.slice(prefix.length);
  return provider.prefixes.length === 0 && !successor.includes('/') ? successor : undefined;
}

function namesOf(flags: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [name] : []));
}
