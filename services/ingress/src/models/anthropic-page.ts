import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { anthropicModel, lifecycleOf, type ShownModel } from './model-documents.ts';

/** As at Anthropic. */
const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 1_000;

/** The query parameters of Anthropic's list of models. `beta` says which of its SDK's classes asked. */
export const anthropicListQuery = ['limit', 'before_id', 'after_id', 'beta', 'lifecycle', 'lifecycle[]'] as const;
/** Those of it that hold several values. */
export const anthropicListsInQuery = ['lifecycle', 'lifecycle[]'] as const;

const lifecycles: readonly string[] = ['active', 'deprecated', 'retired'];

/** A page of models as Anthropic's SDKs read it. Throws a `Fault` that names the parameter at fault. */
export function anthropicPage(all: readonly ShownModel[], query: URLSearchParams) {
  const models = inLifecycle(all, [...query.getAll('lifecycle'), ...query.getAll('lifecycle[]')]);
  const limit = limitIn(query.get('limit'));
  const [afterId, beforeId] = [query.get('after_id'), query.get('before_id')];
  if (afterId !== null && beforeId !== null) {
    throw new Fault(invalid("Only one of 'after_id' and 'before_id' can be given.", 'before_id'));
  }
  const from = afterId === null ? 0 : placeOf(models, afterId, 'after_id') + 1;
  const to = beforeId === null ? models.length : placeOf(models, beforeId, 'before_id');
  // Towards the beginning a page is the models right before the one that was named.
  const page = beforeId === null ? models.slice(from, from + limit) : models.slice(Math.max(0, to - limit), to);
  return {
    data: page.map(anthropicModel),
    has_more: page.length < to - from,
    first_id: page[0]?.model.id ?? null,
    last_id: page.at(-1)?.model.id ?? null,
  };
}

/** The models of the stages that were asked for; of none: all. */
function inLifecycle(models: readonly ShownModel[], wanted: readonly string[]): readonly ShownModel[] {
  const unknown = wanted.find((stage) => !lifecycles.includes(stage));
  if (unknown !== undefined) {
    throw new Fault(invalid(`'lifecycle' must be one of ${lifecycles.join(', ')}.`, 'lifecycle'));
  }
  return wanted.length === 0 ? models : models.filter((shown) => wanted.includes(lifecycleOf(shown)));
}

function limitIn(text: string | null): number {
  if (text === null) return LIMIT_DEFAULT;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new Fault(invalid(`'limit' must be a whole number from 1 to ${LIMIT_MAX}.`, 'limit'));
}

function placeOf(models: readonly ShownModel[], id: string, param: string): number {
  const place = models.findIndex(({ model }) => model.id === id);
  if (place !== -1) return place;
  throw new Fault(invalid(`'${param}' names no model of this list: begin again without it.`, param));
}
