import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { geminiModel, type ShownModel } from './model-documents.ts';

/** As at Google. */
const PAGE_SIZE_DEFAULT = 50;
const PAGE_SIZE_MAX = 1_000;

/** A page of models as Google's SDKs read it; a token is the id of the last model before. Throws a `Fault` that names the parameter. */
export function geminiPage(models: readonly ShownModel[], query: URLSearchParams) {
  const size = sizeIn(query.get('pageSize'));
  const token = query.get('pageToken');
  const from = token === null || token === '' ? 0 : placeAfter(models, token);
  const page = models.slice(from, from + size);
  const last = page.at(-1);
  const hasMore = from + page.length < models.length && last !== undefined;
  return { models: page.map(geminiModel), ...(hasMore ? { nextPageToken: last.model.id } : {}) };
}

function sizeIn(text: string | null): number {
  if (text === null) return PAGE_SIZE_DEFAULT;
  const size = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (size < 1) throw new Fault(invalid(`'pageSize' must be a whole number from 1 to ${PAGE_SIZE_MAX}.`, 'pageSize'));
  // Google gives fewer where more are asked for.
  return Math.min(size, PAGE_SIZE_MAX);
}

function placeAfter(models: readonly ShownModel[], id: string): number {
  const place = models.findIndex(({ model }) => model.id === id);
  if (place !== -1) return place + 1;
  throw new Fault(invalid("'pageToken' names no page of this list: begin again without it.", 'pageToken'));
}
