import { createRequire } from 'node:module';
import { findProvider, type ModelInfo } from '@pydantic/genai-prices';
import { aliasesOf } from './aliases-of.ts';
import { bedrockNames, type CataloguePart, catalogueParts, isProfileOf } from './cloud-names.ts';
import { type CataloguePrice, convertPrice } from './convert-price.ts';
import { isSnapshotOf } from './dated-name.ts';
import { outputTokensMax } from './output-tokens-max.ts';

/** A model of the catalogue that the gateway can price exactly. */
export interface CatalogueModel {
  /** The catalogue's own name; the price's key is <catalogueId>/<id>. */
  readonly id: string;
  /** The id and every other name that means exactly this model. */
  readonly names: readonly string[];
  /** What the model can take, in tokens; 0: not known. */
  readonly contextTokens: number;
  /** What the model can answer with at most, in tokens; 0: not known. */
  readonly outputTokensMax: number;
  /** Whether a name is a dated snapshot of this model, or its inference profile; such names are many: they are not listed. */
  readonly isSnapshot: (name: string) => boolean;
  readonly price: CataloguePrice;
}

/** A model the catalogue has, and why the gateway does not take it. */
export interface SkippedModel {
  readonly id: string;
  readonly reason: string;
}

const packageName = '@pydantic/genai-prices';

/** The catalogue and its version, for the record: where a price came from. */
export const catalogueSource = `${packageName}@${installedVersion()}`;

/**
 * The priceable models of a provider (`openai`, `anthropic`, `google`, `openrouter`, …) at the prices in force at
 * `atMs`; empty for a provider the catalogue does not know. An id is listed once.
 */
export function catalogueModels(catalogueId: string, atMs: number): readonly CatalogueModel[] {
  return readCatalogue(catalogueId, atMs).models;
}

/** The models of a provider that are left out, each with the reason. */
export function skippedModels(catalogueId: string, atMs: number): readonly SkippedModel[] {
  return readCatalogue(catalogueId, atMs).skipped;
}

function readCatalogue(catalogueId: string, atMs: number): { models: CatalogueModel[]; skipped: SkippedModel[] } {
  const part = catalogueParts[catalogueId];
  if (part !== undefined) return partOf(part, readCatalogue(part.of, atMs).models);
  const models = new Map<string, CatalogueModel>();
  const skipped: SkippedModel[] = [];
  for (const info of findProvider({ providerId: catalogueId })?.models ?? []) {
    const conversion = convertPrice(info.prices, atMs, { hasOutput: !givesVectors(info.id) });
    const reason = notBillable(info.id, 'price' in conversion && countsSound(conversion.price));
    if (models.has(info.id)) skipped.push({ id: info.id, reason: 'is in the catalogue twice; the first one counts' });
    else if (reason !== undefined) skipped.push({ id: info.id, reason });
    else if ('reason' in conversion) skipped.push({ id: info.id, reason: conversion.reason });
    else models.set(info.id, toModel(catalogueId, info, conversion.price));
  }
  return { models: [...models.values()], skipped };
}

/** What a part leaves out is no fault of the catalogue's, and nothing to tell. */
function partOf({ has }: CataloguePart, models: readonly CatalogueModel[]): ReturnType<typeof readCatalogue> {
  const named = models.map((model) => ({
    ...model,
    names: model.names.filter(has),
    isSnapshot: (name: string) => has(name) && model.isSnapshot(name),
  }));
  return { models: named.filter(({ names }) => names.length > 0), skipped: [] };
}

/** Some ids of the catalogue are only the prefix of a family's names (`gpt-4o-mini-2024-07-18.ft-`). */
const prefixOfNames = /[^A-Za-z0-9]$/;

/** Words in the names of what gives pictures, or speaks in a session of its own, and of families (`ft:…`) rather than models. */
const notChatWords = /(^|[-:/])(ft|tts|transcribe|realtime|live|sonic|image|ocr)([-:/]|$)/;
/** Takes or gives sound beside text. */
const sounding = /(^|[-:/])audio([-:/]|$)/;
// Voyage AI's models give nothing else, and are named after it.
const vectorWords = /(^|[-:/])(embed|embedding|embeddings|voyage)([-:/]|$)/;
/** OpenAI's models from before there was chat, which are retired. */
const retired = /^(text-)?(ada|babbage|curie|davinci)(-|$)/;

/** Models that search the web with every call: providers charge each search beside the tokens, unasked. */
const searching = /(^|[-:/])(search|research|online|sonar)([-:/]|$)/;

/** Whether a model answers with vectors, which are no tokens, as well as a name tells. */
export function givesVectors(name: string): boolean {
  return vectorWords.test(name);
}

/** Whether a price has sound beside text. */
function countsSound({ prices }: CataloguePrice): boolean {
  return prices.audio_input !== undefined || prices.audio_output !== undefined;
}

/**
 * Why the units of a price are not what the model of a name costs; as well as a name tells, since the catalogue does not.
 * `countsSound`: the price has tokens of sound.
 */
export function notBillable(name: string, countsSound: boolean): string | undefined {
  if (prefixOfNames.test(name)) return 'is a prefix of names, not a name';
  if (notChatWords.test(name) || retired.test(name)) return 'is no chat model';
  if (sounding.test(name) && !countsSound) return 'takes or gives sound, and has no price for it';
  return searching.test(name) ? 'searches the web, which is charged by the call' : undefined;
}

function toModel(catalogueId: string, info: ModelInfo, price: CataloguePrice): CatalogueModel {
  // The catalogue counts some variants to a model that cost more than its tokens: `gpt-4o-mini-search-preview`.
  const isName = (name: string): boolean =>
    notBillable(name, countsSound(price)) === undefined && givesVectors(name) === givesVectors(info.id);
  const names = namesOf(catalogueId, info).filter(isName);
  return {
    id: info.id,
    names,
    contextTokens: info.context_window ?? 0,
    outputTokensMax: outputTokensMax(catalogueId, info.id),
    isSnapshot: (name) =>
      isName(name) && (catalogueId === 'aws' ? isProfileOf(names, name) : isSnapshotOf(info.match, name)),
    price,
  };
}

function namesOf(catalogueId: string, { id, match }: ModelInfo): readonly string[] {
  return catalogueId === 'aws' ? bedrockNames(id, match) : [...new Set([id, ...aliasesOf(match)])];
}

function installedVersion(): string {
  // The package exports no package.json; its entry is <package>/dist/<file>.
  const require = createRequire(import.meta.url);
  const manifest: unknown = require(require.resolve(packageName).replace(/dist[\\/][^\\/]*$/, 'package.json'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}
