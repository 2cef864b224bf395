import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { countProblem, modelProblem, notPriced, objectProblem, typeProblem, wrongType } from '../../ask/problems.ts';
import { BYTES_PER_TOKEN } from '../../ask/prompt-counts.ts';
import type { Asked } from '../../asked.ts';
import type { Addressed } from '../../format.ts';
import { noUsage } from '../../usage.ts';
import { doubledProblem, fieldOf } from '../gemini-generate/fields.ts';
import { isBatch, itemsOf } from './items.ts';
import { configFields, itemFields, requestFields } from './request-fields.ts';

/** As many as Google takes at once. It says so in its refusals alone: "at most 100 requests can be in one batch". */
export const REQUESTS_MAX = 100;
/** More than any model has. */
const DIMENSIONS_MAX = 65_536;
/** A task is told to the model in words of its own, before the text and its title. */
const HIDDEN_TOKENS_A_TEXT_MAX = 64;

/** What admission must know of a request for embeddings, or what is wrong with it. The model stands in its URL. */
export function askGeminiEmbeddings(
  body: JsonObject,
  bodyBytes: number,
  { model, isBatch: asBatch = isBatch(body) }: Addressed = { model: '', isStream: false },
): { readonly asked: Asked } | { readonly refusal: Refusal } {
  const refusal =
    modelProblem(model) ??
    spellingProblem(body, requestFields) ??
    (asBatch ? batchProblem(body, model) : singleProblem(body, model));
  if (refusal !== undefined) return { refusal };
  const count = itemsOf(body).length;
  return {
    asked: {
      model,
      stream: false,
      outputTokensRequested: 0,
      choices: 1,
      hasOutput: false,
      promptTokensBound: bodyBytes + count * HIDDEN_TOKENS_A_TEXT_MAX,
      prompts: count,
      promptTokensEstimate: Math.ceil(bodyBytes / BYTES_PER_TOKEN),
      otherUnits: [],
      counts: noUsage,
      serviceTier: '',
      tellsCost: false,
    },
  };
}

function singleProblem(body: JsonObject, model: string): Refusal | undefined {
  if (isBatch(body)) return invalid("Unknown name 'requests': several texts go to batchEmbedContents.", 'requests');
  return itemProblem(body, '', model);
}

function batchProblem(body: JsonObject, model: string): Refusal | undefined {
  const { requests } = body;
  if (requests === undefined || requests === null) return invalid("Missing required field: 'requests'.", 'requests');
  if (!Array.isArray(requests)) return wrongType('requests', 'an array of objects', requests);
  if (requests.length === 0) return invalid("Invalid 'requests': at least one request is required.", 'requests');
  if (requests.length > REQUESTS_MAX) {
    return invalid(`Invalid 'requests': a batch has at most ${REQUESTS_MAX}, not ${requests.length}.`, 'requests');
  }
  if (body['content'] !== undefined) {
    return invalid("Unknown name 'content': each of 'requests' has a content of its own.", 'content');
  }
  for (const [at, request] of requests.entries()) {
    const param = `requests[${at}]`;
    const refusal = isJsonObject(request)
      ? itemProblem(request, `${param}.`, model)
      : wrongType(param, 'an object', request);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function itemProblem(request: JsonObject, path: string, model: string): Refusal | undefined {
  const config = fieldOf(request, 'embedContentConfig');
  return (
    doubledProblem(request, itemFields, path) ??
    modelNameProblem(request['model'], `${path}model`, model) ??
    contentProblem(request['content'], `${path}content`) ??
    settingsProblem(request, path) ??
    objectProblem(`${path}embedContentConfig`, config) ??
    (isJsonObject(config) ? configProblem(config, `${path}embedContentConfig.`) : undefined)
  );
}

/** Google refuses a request of a batch for another model than the URL's. */
function modelNameProblem(name: unknown, param: string, model: string): Refusal | undefined {
  if (name === undefined || name === null) return undefined;
  if (typeof name !== 'string') return wrongType(param, 'a string', name);
  return withoutPrefix(name) === withoutPrefix(model)
    ? undefined
    : invalid(`Invalid '${param}': it must be the model of the URL, 'models/${withoutPrefix(model)}'.`, param);
}

function withoutPrefix(name: string): string {
  return name.startsWith('models/') ? name.slice('models/'.length) : name;
}

function configProblem(config: JsonObject, path: string): Refusal | undefined {
  return doubledProblem(config, configFields, path) ?? settingsProblem(config, path);
}

function settingsProblem(from: JsonObject, path: string): Refusal | undefined {
  return (
    typeProblem(`${path}taskType`, fieldOf(from, 'taskType'), 'string') ??
    typeProblem(`${path}title`, fieldOf(from, 'title'), 'string') ??
    countProblem(`${path}outputDimensionality`, fieldOf(from, 'outputDimensionality'), DIMENSIONS_MAX)
  );
}

function contentProblem(content: unknown, param: string): Refusal | undefined {
  if (content === undefined || content === null) return invalid(`Missing required field: '${param}'.`, param);
  if (!isJsonObject(content)) return wrongType(param, 'an object', content);
  const { parts } = content;
  if (!Array.isArray(parts)) return wrongType(`${param}.parts`, 'an array of objects', parts);
  if (parts.length === 0) return invalid(`Invalid '${param}.parts': at least one part is required.`, `${param}.parts`);
  for (const [at, part] of asArray(parts).entries()) {
    const refusal = partProblem(part, `${param}.parts[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Pictures, sounds and films have prices of their own, and other bounds than their bytes. */
function partProblem(part: unknown, param: string): Refusal | undefined {
  if (!isJsonObject(part)) return wrongType(param, 'an object', part);
  const other = Object.keys(part).find((name) => name !== 'text');
  if (other !== undefined) return notPriced(`${param}.${other}`, 'vectors of anything but text have no price here');
  return typeof part['text'] === 'string' ? undefined : wrongType(`${param}.text`, 'a string', part['text']);
}
