import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { EmbedInput, EmbedRequest } from '../../embed/embed-request.ts';
import { fieldOf, protoName } from '../gemini-generate/fields.ts';
import { refuse } from '../gemini-generate/refuse.ts';
import { type EmbedItem, isBatch, itemsOf, settingOf } from './items.ts';
import { itemFields } from './request-fields.ts';
import { taskOf } from './tasks.ts';

const known = new Set<string>([
  ...['model', 'content', 'requests'],
  ...itemFields.flatMap((name) => [name, protoName(name)]),
]);
const knownInConfig = new Set<string>(
  ['taskType', 'title', 'outputDimensionality'].flatMap((name) => [name, protoName(name)]),
);

/**
 * A request that `ask` took, in canonical form. Throws a `Fault` for a batch whose requests differ in what other formats say of all texts
 * at once.
 */
export function decodeGeminiEmbeddings(body: JsonObject): EmbedRequest {
  const items = itemsOf(body);
  const dimensions = sameOf(items, 'outputDimensionality');
  const taskType = sameOf(items, 'taskType');
  const task = typeof taskType === 'string' ? taskOf(taskType) : undefined;
  const [first] = items;
  const path = first?.path ?? '';
  const others = items.flatMap(othersOf);
  // A word that only Google knows has no place elsewhere; none at all says nothing.
  if (task === null) others.push(`${path}taskType`);
  // Fields beside the requests.
  if (isBatch(body)) others.push(...Object.keys(body).filter((name) => !known.has(name)));
  return {
    inputs: items.map(inputOf),
    settings: { dimensions: typeof dimensions === 'number' ? dimensions : undefined, task: task ?? undefined },
    others,
    spelling: { dimensions: `${path}outputDimensionality`, task: `${path}taskType` },
  };
}

/** The texts. Several parts of one count as one text, each on a line. */
export function geminiInputsOf(body: JsonObject): readonly EmbedInput[] {
  return itemsOf(body).map(({ request, path }) => textOf(request, path, partsOf(request).join('\n')));
}

/** A text is one part: how Google joins several is not said, and a vector of another text would be another vector. */
function inputOf({ request, path }: EmbedItem): EmbedInput {
  const [text = '', ...more] = partsOf(request);
  if (more.length > 0) {
    throw refuse(`${path}content.parts`, 'Several parts of a text have no place at this provider: send them as one.');
  }
  return textOf(request, path, text);
}

function textOf(request: JsonObject, path: string, text: string): EmbedInput {
  const title = settingOf(request, 'title');
  const param = path === '' ? 'content' : path.slice(0, -1);
  return { kind: 'text', text, title: typeof title === 'string' && title !== '' ? title : undefined, param };
}

function partsOf(request: JsonObject): readonly string[] {
  return asArray(asObject(request['content'])?.['parts']).map((part) => String(asObject(part)?.['text'] ?? ''));
}

function sameOf(items: readonly EmbedItem[], name: string): unknown {
  const [first, ...more] = items;
  const value = first === undefined ? undefined : (settingOf(first.request, name) ?? undefined);
  for (const { request, path } of more) {
    if ((settingOf(request, name) ?? undefined) === value) continue;
    throw refuse(
      `${path}${name}`,
      `'${path}${name}' must be that of 'requests[0]': this provider has one for all texts.`,
    );
  }
  return value;
}

function othersOf({ request, path }: EmbedItem): string[] {
  const config = asObject(fieldOf(request, 'embedContentConfig')) ?? {};
  const inConfig = Object.keys(config).filter((name) => !knownInConfig.has(name) && hasValue(config[name]));
  return [
    ...Object.keys(request)
      .filter((name) => !known.has(name) && hasValue(request[name]))
      .map((name) => path + name),
    ...inConfig.map((name) => `${path}embedContentConfig.${name}`),
  ];
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null;
}
