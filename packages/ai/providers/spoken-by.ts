import { rulesFor } from '../field-rules.ts';
import type { FormatName, ProviderRules } from '../format.ts';
import { isFormatName } from '../format.ts';
import type { UsageRules } from '../usage-rules.ts';
import { type Envelope, type EnvelopeName, envelopes } from './envelope.ts';
import { kindRows } from './kind-rows.ts';
import { kindOf, type ProviderRow } from './provider-row.ts';
import { providerRows } from './provider-rows.ts';

/** What policy says of a provider beside its row. Empty values say nothing. */
export interface ProviderOverrides {
  readonly id: string;
  readonly kind: string;
  readonly preset: string;
  readonly baseUrl: string;
  readonly formats: readonly string[];
  readonly maxTokensParam: string;
  readonly refusesStreamOptions: boolean;
  readonly renamedFields: Readonly<Record<string, string>>;
  readonly refusedFields: readonly string[];
  readonly cacheInInput: string;
  readonly reasoningInOutput: string;
}

/** How a provider is spoken to: its row, with what policy says otherwise. */
export interface SpokenBy {
  readonly auth: string;
  /** Where the key goes in requests of a format. */
  readonly authOf: (format: FormatName) => string;
  /** Best first. */
  readonly formats: readonly FormatName[];
  /** The path that a format's own goes behind. */
  readonly basePathOf: (format: FormatName) => string;
  /** The same for a request to a model, as the provider names it: some have the model in the path. */
  readonly modelPathOf: (format: FormatName, model: string) => string;
  /** The door at which it takes a format; null: the format's own. */
  readonly envelopeOf: (format: FormatName) => Envelope | null;
  /** The query that every URL has, without a question mark; mostly empty. */
  readonly query: string;
  readonly rules: ProviderRules;
  /** The rules as they hold in a format, for a model as the provider names it. */
  readonly rulesIn: (format: FormatName, model: string) => ProviderRules;
}

/** The row that a provider names, that has its id and kind, or that of its kind. */
export function rowOf({ id, kind, preset }: Pick<ProviderOverrides, 'id' | 'kind' | 'preset'>): ProviderRow {
  const own = kind === 'anthropic' ? 'anthropic' : 'openai';
  return (
    providerRow(preset) ??
    providerRows.find((row) => row.id === id && (row.formats[0] === 'anthropic-messages') === (own === 'anthropic')) ??
    kindRows[own]
  );
}

/** undefined: no row has the id. */
export function providerRow(id: string): ProviderRow | undefined {
  return providerRows.find((row) => row.id === id);
}

export function spokenBy(provider: ProviderOverrides): SpokenBy {
  const row = rowOf(provider);
  const said = provider.formats.filter(isFormatName);
  const { origin, pathname, search } = new URL(provider.baseUrl);
  const basePath = pathname.replace(/\/+$/, '');
  // Where an operator puts another host in place of the provider's own, its other paths are not there.
  const others = row.baseUrl !== '' && new URL(row.baseUrl).origin === origin ? row.basePaths : {};
  const basePathOf = (format: FormatName): string => others[format] ?? basePath;
  const { modelPath = '' } = row;
  const rules = rulesOf(provider, row);
  return {
    auth: row.auth,
    authOf: (format) => row.auths?.[format] ?? row.auth,
    formats: said.length > 0 ? said : row.formats,
    basePathOf,
    modelPathOf: (format, model) => basePathOf(format) + modelPath.replace('{model}', () => encodeURIComponent(model)),
    envelopeOf: (format) => envelopeNamed(row.envelopes?.[format]),
    query: search === '' ? (row.query ?? '') : search.slice(1),
    rules,
    rulesIn: (format, model) => ({
      ...rulesFor(rules, model, format),
      usage: usageRulesOf(provider, usageRulesIn(row, format)),
    }),
  };
}

function rulesOf(provider: ProviderOverrides, row: ProviderRow): ProviderRules {
  return {
    maxTokensField: maxTokensFieldOf(provider.maxTokensParam) ?? row.maxTokensField,
    takesStreamOptions: row.takesStreamOptions && !provider.refusesStreamOptions,
    renamed: { ...row.renamed, ...provider.renamedFields },
    refused: [...row.refused, ...provider.refusedFields],
    usage: usageRulesOf(provider, row.usage),
    taken: row.taken,
    values: row.values,
    ofModels: row.ofModels,
    takesNewest: row.takesNewest,
    reasoningField: row.reasoningField,
    betas: row.betas ?? row.envelopes?.['anthropic-messages'],
    embedTasks: row.embedTasks,
  };
}

/**
 * How a provider counts in a format. What a row says is of its first format. A provider of OpenAI's formats counts as Anthropic does
 * where it speaks Anthropic's: the cache is beside the input there.
 */
export function usageRulesIn(row: ProviderRow, format: FormatName): UsageRules {
  const isOther = format === 'anthropic-messages' && kindOf(row) !== 'anthropic';
  return isOther ? kindRows.anthropic.usage : row.usage;
}

function envelopeNamed(name: EnvelopeName | undefined): Envelope | null {
  return name === undefined ? null : envelopes[name];
}

function maxTokensFieldOf(param: string): 'max_tokens' | 'max_completion_tokens' | undefined {
  return param === 'max_tokens' || param === 'max_completion_tokens' ? param : undefined;
}

function usageRulesOf({ cacheInInput, reasoningInOutput }: ProviderOverrides, row: UsageRules): UsageRules {
  return {
    isCacheInInput: answers[cacheInInput] ?? row.isCacheInInput,
    isReasoningInOutput: answers[reasoningInOutput] ?? row.isReasoningInOutput,
  };
}

const answers: Readonly<Record<string, boolean | 'compare'>> = { yes: true, no: false, compare: 'compare' };
