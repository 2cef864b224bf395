import { asArray, type JsonObject } from '#kernel/json.ts';
import type { EmbedInput, EmbedRequest, EmbedTask } from '../../embed/embed-request.ts';

/** Fields that a decoded request has, that the gateway itself reads, or that say how the answer is written. */
const known: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'user', 'usage']);

/** What Voyage AI, Cohere and NVIDIA have their clients say in `input_type`. */
const tasks: ReadonlyMap<unknown, EmbedTask> = new Map([
  ['query', 'query'],
  ['search_query', 'query'],
  ['document', 'document'],
  ['passage', 'document'],
  ['search_document', 'document'],
  ['classification', 'classification'],
  ['clustering', 'clustering'],
]);

/** A request that `ask` took, in canonical form. */
export function decodeEmbeddings(body: JsonObject): EmbedRequest {
  const { dimensions, user, input_type: inputType } = body;
  const task = tasks.get(inputType);
  const others = Object.keys(body).filter((name) => !isKnown(name, body[name], task));
  return {
    inputs: embedInputsOf(body),
    settings: {
      dimensions: typeof dimensions === 'number' ? dimensions : undefined,
      task,
      endUser: typeof user === 'string' ? user : undefined,
    },
    others,
    spelling: { endUser: 'user', task: 'input_type' },
  };
}

function isKnown(name: string, value: unknown, task: EmbedTask | undefined): boolean {
  if (value === undefined || value === null || known.has(name)) return true;
  if (name === 'input_type') return task !== undefined;
  return name === 'encoding_format' && (value === 'float' || value === 'base64');
}

/** A text, texts, tokens, or lists of tokens. */
export function embedInputsOf({ input }: JsonObject): readonly EmbedInput[] {
  if (typeof input === 'string') return [inputOf(input, 'input')];
  const items = asArray(input);
  if (typeof items[0] === 'number') return [inputOf(items, 'input')];
  return items.map((item, at) => inputOf(item, `input[${at}]`));
}

function inputOf(value: unknown, param: string): EmbedInput {
  if (typeof value === 'string') return { kind: 'text', text: value, param };
  return { kind: 'tokens', tokens: asArray(value).filter((token) => typeof token === 'number'), param };
}
