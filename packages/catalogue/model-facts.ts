import type { Capability, Modality } from '#ai/asked.ts';
import { catalogueParts, modelOfMaker } from './cloud-names.ts';
import { contextWindow } from './context-window.ts';
import { factsTakenAtMs, type WrittenFacts, writtenFacts } from './facts-data.ts';
import { outputTokensMax } from './output-tokens-max.ts';

/** What a model is able to do, and when it ends. 0 and empty: not known, which is no reason to leave a model out. */
export interface ModelFacts {
  /** The longest prompt, in tokens. */
  readonly contextTokens: number;
  /** The longest answer, in tokens. */
  readonly outputTokensMax: number;
  readonly inputModalities: readonly InputModality[];
  readonly outputModalities: readonly OutputModality[];
  /** All that it can do; what is missing in a list that is not empty, it cannot. */
  readonly capabilities: readonly Capability[];
  /**
   * From when on it should not be used any more, as milliseconds since 1970. The source has no such day: of a model that ends
   * within a year it is the day on which the source was read, for the end was announced by then.
   */
  readonly deprecatedAtMs?: number | undefined;
  /** When its provider stops to answer for it. */
  readonly retiresAtMs?: number | undefined;
  /** What its provider says to use instead. */
  readonly successor?: string | undefined;
}

export type InputModality = 'text' | Modality;
export type OutputModality = 'text' | 'image' | 'audio' | 'video' | 'embedding';

const DEPRECATED_BEFORE_END_MS = 365 * 24 * 3_600_000;

/** Remembered lookups, so that a request costs one. Names come from policy and from clients; the latter are many. */
const REMEMBERED_MAX = 10_000;
const remembered = new Map<string, ModelFacts | undefined>();

/** How portals write the makers of models (`anthropic/claude-opus-5`), by the catalogues of the makers. */
const catalogueOfMaker: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  cohere: 'cohere',
  deepseek: 'deepseek',
  'deepseek-ai': 'deepseek',
  google: 'google',
  minimax: 'minimax',
  mistralai: 'mistral',
  moonshotai: 'moonshotai',
  openai: 'openai',
  qwen: 'qwen',
  'x-ai': 'x-ai',
  xai: 'x-ai',
  'z-ai': 'zai',
  'zai-org': 'zai',
};

const snapshotSuffix = /[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/**
 * What is known of a model of a catalogue (`openai`, `anthropic`, `google`, …) by the provider's own name of it; undefined:
 * nothing. A dated snapshot that is not listed has what its model has, and `<maker>/<model>` at a portal what the maker says:
 * neither has the model's end, which need not be theirs.
 */
export function modelFacts(catalogueId: string, modelId: string): ModelFacts | undefined {
  const key = `${catalogueId}\n${modelId}`;
  const known = remembered.get(key);
  if (known !== undefined || remembered.has(key)) return known;
  const facts = look(catalogueParts[catalogueId]?.of ?? catalogueId, modelId);
  if (remembered.size < REMEMBERED_MAX) remembered.set(key, facts);
  return facts;
}

function look(catalogueId: string, modelId: string): ModelFacts | undefined {
  const written = writtenFacts(catalogueId).get(modelId) ?? endless(relatedFacts(catalogueId, modelId));
  const contextTokens = written?.context ?? contextWindow(catalogueId, modelId);
  const outputTokens = written?.output ?? outputTokensMax(catalogueId, modelId);
  if (written === undefined && contextTokens === 0 && outputTokens === 0) return undefined;
  const retiresAtMs = written?.retires === undefined ? undefined : Date.parse(written.retires);
  return {
    contextTokens,
    outputTokensMax: outputTokens,
    inputModalities: words(written?.takes) as InputModality[],
    outputModalities: words(written?.gives) as OutputModality[],
    capabilities: words(written?.can) as Capability[],
    deprecatedAtMs: deprecationOf(retiresAtMs),
    retiresAtMs,
    successor: written?.successor,
  };
}

/** A provider that names an end years ahead says how long a model lasts, and not that it should be left. */
function deprecationOf(retiresAtMs: number | undefined): number | undefined {
  if (retiresAtMs === undefined || retiresAtMs > factsTakenAtMs() + DEPRECATED_BEFORE_END_MS) return undefined;
  return Math.min(retiresAtMs, factsTakenAtMs());
}

/** The facts of the same name in small letters, of the model that a snapshot is of, or of the maker of the model at a portal. */
function relatedFacts(catalogueId: string, modelId: string): WrittenFacts | undefined {
  const atCloud = modelOfMaker(catalogueId, modelId);
  if (atCloud !== undefined) return factsAtCloud(atCloud);
  const base = modelId.replace(snapshotSuffix, '');
  const written = writtenFacts(catalogueId);
  const ofBase = base === modelId ? written.get(modelId.toLowerCase()) : written.get(base);
  if (ofBase !== undefined) return ofBase;
  const slash = modelId.indexOf('/');
  const maker = modelId.slice(0, Math.max(0, slash)).toLowerCase();
  if (!Object.hasOwn(catalogueOfMaker, maker)) return undefined;
  const ofMaker = writtenFacts(catalogueOfMaker[maker] ?? '');
  // OpenRouter writes `openai/gpt-5:free` for a variant of the same model.
  const name = modelId.slice(slash + 1).replace(/:[a-z]+$/, '');
  return ofMaker.get(name) ?? ofMaker.get(name.toLowerCase()) ?? ofMaker.get(name.replaceAll('.', '-'));
}

/** A cloud takes what the model takes, and runs no searches for it. */
function factsAtCloud([maker, model]: readonly [string, string]): WrittenFacts | undefined {
  if (!Object.hasOwn(catalogueOfMaker, maker)) return undefined;
  const written = writtenFacts(catalogueOfMaker[maker] ?? '');
  const facts = written.get(model) ?? written.get(model.replace(snapshotSuffix, ''));
  if (facts?.can === undefined) return facts;
  const can = facts.can.split(' ').filter((capability) => capability !== 'web_search');
  return { ...facts, can: can.join(' ') };
}

function endless(facts: WrittenFacts | undefined): WrittenFacts | undefined {
  if (facts === undefined) return undefined;
  const { retires: _retires, successor: _successor, ...rest } = facts;
  return rest;
}

function words(list: string | undefined): string[] {
  return list === undefined ? [] : list.split(' ');
}
