import type { FrontFormatName } from '#ai/format.ts';
import type { Script, ScriptedUsage, UsageDialect } from '../../tools/simulator/src/script.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { type MixedBackend, mixedBackends } from './backends.ts';

/** How a request goes. `odd`: whole or streamed, from a provider that tells usage or writes its bytes in a way of its own. */
export const ways = ['whole', 'streamed', 'odd', 'silent', 'aborted', 'cut', 'failed'] as const;
export type Way = (typeof ways)[number];

/** A request of a client's, ready to be sent. */
export interface MixedRequest {
  readonly way: Way;
  readonly format: FrontFormatName;
  readonly behind: MixedBackend;
  readonly path: string;
  readonly body: string;
  readonly stream: boolean;
}

/** A model of the provider that speaks chat, which is asked for vectors. */
export const embedder = 'gpt-4.1-nano';

const OUTPUT_TOKENS_MAX = 64;

interface Form {
  /** Of a request for a model, whole or streamed. */
  pathOf(model: string, stream: boolean): string;
  /** Whose providers can answer it: of the one format, or of all that chats are translated between. */
  readonly behind: readonly MixedBackend[];
  readonly hasStream: boolean;
  bodyOf(model: string, text: string): object;
}

const chats = (Object.keys(mixedBackends) as MixedBackend[]).filter((name) => name !== 'gemini-embeddings');
/** Vectors are translated between these. */
const embedders: readonly MixedBackend[] = ['openai-chat', 'gemini-embeddings'];
const embedderOf = (model: string): string => (model === mixedBackends['openai-chat'].model ? embedder : model);
const said = (content: string) => [{ role: 'user', content }];

/** Compactions end in the gateway's own words, behind which no script of the simulator's is found. */
type MixedFormat = Exclude<FrontFormatName, 'openai-compact'>;

const forms: Readonly<Record<MixedFormat, Form>> = {
  'openai-chat': {
    pathOf: () => '/v1/chat/completions',
    behind: chats,
    hasStream: true,
    bodyOf: (model, text) => ({ model, messages: said(text), max_completion_tokens: OUTPUT_TOKENS_MAX }),
  },
  'openai-responses': {
    pathOf: () => '/v1/responses',
    behind: chats,
    hasStream: true,
    bodyOf: (model, text) => ({ model, input: text, max_output_tokens: OUTPUT_TOKENS_MAX, store: false }),
  },
  'anthropic-messages': {
    pathOf: () => '/v1/messages',
    behind: chats,
    hasStream: true,
    bodyOf: (model, text) => ({ model, messages: said(text), max_tokens: OUTPUT_TOKENS_MAX }),
  },
  'gemini-generate': {
    pathOf: (model, stream) =>
      `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    behind: chats,
    hasStream: true,
    bodyOf: (_model, text) => ({
      contents: [{ role: 'user', parts: [{ text }] }],
      generationConfig: { maxOutputTokens: OUTPUT_TOKENS_MAX },
    }),
  },
  'gemini-embeddings': {
    pathOf: (model) => `/v1beta/models/${embedderOf(model)}:embedContent`,
    behind: embedders,
    hasStream: false,
    bodyOf: (_model, text) => ({ content: { parts: [{ text }] }, outputDimensionality: 4 }),
  },
  'openai-completions': {
    pathOf: () => '/v1/completions',
    behind: ['openai-chat'],
    hasStream: true,
    bodyOf: (model, text) => ({ model, prompt: text, max_tokens: OUTPUT_TOKENS_MAX }),
  },
  'openai-embeddings': {
    pathOf: () => '/v1/embeddings',
    behind: embedders,
    hasStream: false,
    bodyOf: (model, text) => ({ model: embedderOf(model), input: text, dimensions: 4 }),
  },
};

/** Ways in which a provider of each format can be odd and yet be billed to the token. */
const dialects: Readonly<Record<MixedBackend, readonly UsageDialect[]>> = {
  'openai-chat': ['deepseek', 'moonshot', 'groq', 'mistral', 'zero-later', 'odd-reasoning', 'every-chunk'],
  'openai-responses': ['odd-reasoning'],
  'anthropic-messages': ['zero-later', 'odd-reasoning'],
  // Its reports are what they are: `omitUsage` is the way 'silent'.
  'gemini-generate': ['mistral'],
  // It says nothing of a cache.
  'bedrock-converse': ['odd-reasoning'],
  'bedrock-invoke': ['zero-later', 'odd-reasoning'],
  'vertex-anthropic': ['zero-later', 'odd-reasoning'],
  'gemini-embeddings': ['mistral'],
  'chat with reasoning beside': ['xai'],
};
const oddBytes: readonly Script[] = [
  { gzip: true },
  { lineEnds: 'crlf' },
  { lineEnds: 'cr', byteOrderMark: true },
  { foreignEvents: true },
  { usageChoices: 'null' },
  { usageChoices: 'absent' },
  { repeatFinish: true },
  { endWithoutDone: true },
];

/** The nth of an endless sequence, the same in each run. Each format, each backend and each way comes up with each other. */
export function mixedRequest(number: number): MixedRequest {
  const pick = pickerOf(number);
  const format = pick(Object.keys(forms) as MixedFormat[]);
  const form = forms[format];
  const behind = pick(form.behind);
  const way = pick(ways);
  const stream =
    form.hasStream && (way === 'streamed' || way === 'aborted' || (way !== 'whole' && pick([true, false])));
  const script: Script = { ...manner(behind), usage: usageOf(pick, format, behind), ...scriptOf(pick, way, behind) };
  const { model } = mixedBackends[behind];
  const body = form.bodyOf(model, scripted(script, `Request number ${number}`));
  return {
    way,
    format,
    behind,
    path: form.pathOf(model, stream),
    body: JSON.stringify({ ...body, ...(stream && format !== 'gemini-generate' ? { stream } : {}) }),
    stream,
  };
}

/** What a provider always does. */
function manner(behind: MixedBackend): Script {
  return behind === 'chat with reasoning beside' ? { usageDialect: 'xai' } : {};
}

type Pick = <T>(from: readonly T[]) => T;

function scriptOf(pick: Pick, way: Way, behind: MixedBackend): Script {
  switch (way) {
    case 'odd':
      return pick([true, false]) ? { usageDialect: pick(dialects[behind]) } : pick(oddBytes);
    case 'silent':
      return { omitUsage: true };
    case 'aborted':
      return { chunks: 20, chunkDelayMs: 5 };
    case 'cut':
      return pick([{ chunks: 10, cutAfterChunks: 4 }, { cutAfterBytes: 300 }]);
    case 'failed':
      return pick([{ status: 500 }, { errorIn200: true }, { status: 400 }, { garbage: true }]);
    default:
      return {};
  }
}

/** Claude, wherever it is: its cache has prices for what goes into it. */
const writesCache: ReadonlySet<MixedBackend> = new Set([
  'anthropic-messages',
  'bedrock-converse',
  'bedrock-invoke',
  'vertex-anthropic',
]);
/** Counts that fit what is held for the request: its prompt has more bytes than this has tokens. */
function usageOf(pick: Pick, format: FrontFormatName, behind: MixedBackend): ScriptedUsage {
  const prompt = 20 + pick(Array.from({ length: 40 }, (_, index) => index));
  if (format === 'openai-embeddings' || format === 'gemini-embeddings') return { prompt };
  const completion = 2 + pick(Array.from({ length: 60 }, (_, index) => index));
  const cached = pick([0, 0, 7]);
  const cacheWrite = writesCache.has(behind) ? pick([0, 5]) : 0;
  // The clouds' rows of the catalogue have no price for what is kept for an hour.
  const cacheWriteLong = behind === 'anthropic-messages' ? pick([0, 0, 3]) : 0;
  return { prompt, completion, cached, cacheWrite, cacheWriteLong, reasoning: pick([0, 1]) };
}

/** Draws by a sequence of its own (mulberry32) that depends on nothing but the number. */
function pickerOf(number: number): Pick {
  let state = Math.imul(number + 1, 0x9e3779b9);
  return (from) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const drawn = Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * from.length);
    const picked = from[drawn];
    if (picked === undefined) throw new Error('there is nothing to pick from');
    return picked;
  };
}
