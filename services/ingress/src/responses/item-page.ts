import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { type JsonObject, parseObject } from '#kernel/json.ts';

const ITEMS_DEFAULT = 20;
const ITEMS_MAX = 100;

/** Which items of a list are asked for. */
export interface ItemPage {
  /** The id of the item before the first one; null: from the beginning. */
  readonly after: string | null;
  readonly limit: number;
  readonly isAscending: boolean;
}

/** Throws a `Fault` that names the parameter. */
export function pageOf(query: URLSearchParams): ItemPage {
  const limit = Number(query.get('limit') ?? ITEMS_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > ITEMS_MAX) {
    throw new Fault(invalid(`'limit' is a whole number from 1 to ${ITEMS_MAX}.`, 'limit'));
  }
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw new Fault(invalid("'order' is asc or desc.", 'order'));
  const after = query.get('after');
  // The database takes no NUL in a text.
  if (after?.includes('\0') === true) throw new Fault(noItem(after));
  return { after, limit, isAscending: order === 'asc' };
}

/** A page of a list. */
export function listDocument(data: readonly JsonObject[], hasMore: boolean): JsonObject {
  return {
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: hasMore,
  };
}

export function noItem(after: string): Refusal {
  return invalid(`There is no item '${after.slice(0, 64)}'.`, 'after');
}

/** An item as clients are shown it. `id`: for one that has none. */
export function itemDocument(text: string, id: string): JsonObject {
  const item = parseObject(text) ?? {};
  const { content } = item;
  const isMessage = item['type'] === undefined || item['type'] === 'message';
  const parts = typeof content === 'string' ? [{ type: 'input_text', text: content }] : content;
  return { id, ...(isMessage && { type: 'message' }), ...item, ...(isMessage && { content: parts }) };
}
