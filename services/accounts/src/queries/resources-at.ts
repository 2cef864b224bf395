import { type JsonValue, toJson } from '@bufbuild/protobuf';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { timeMs, timeText } from '#kernel/time-text.ts';
import { emptyResource, factsOf, type Kind } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import { shown } from '../domain/resource/shown.ts';
import { logMomentAt, type MomentDependencies, shownMoment } from './log-moment.ts';
import { pageLimit } from './page-limit.ts';
import { isKnown, type ReadDependencies, readResource } from './read-resources.ts';
import { type ResourceRowAt, readResourceAt, readResourcesAt } from './read-resources-at.ts';
import { documentOf } from './resource-document.ts';

type Document = Readonly<Record<string, JsonValue>>;

export interface HistoryDependencies extends MomentDependencies, ReadDependencies {
  /** Resolves when the tables have all events up to a position. */
  readonly folded: (position: number) => Promise<void>;
}

/** A page of the resources of a kind as they were at a time, by id. */
export async function listResourcesAt(
  dependencies: HistoryDependencies,
  kind: Kind,
  { at, limit: asked, after }: AdminInput<'listResourcesAt'>,
): Promise<AdminOutput<'listResourcesAt'>> {
  const limit = pageLimit(asked);
  const moment = await logMomentAt(dependencies, at);
  const { position } = moment;
  await dependencies.folded(position);
  const rows = await readResourcesAt(dependencies.pool, { kind, position, after, limit: limit + 1 });
  const page = rows.slice(0, limit).map((row) => resourceAt(dependencies, kind, row, timeMs(at)));
  const isUnset = factsOf(kind).options.isSingle && rows.length === 0 && after === '';
  return {
    ...shownMoment(moment),
    resources: isUnset ? [await unsetOf(dependencies, kind)] : page,
    next: rows.length > limit ? (page.at(-1)?.id ?? '') : '',
  };
}

/** One resource as it was at a time, and what is different now. Rejects with `not_found` for one that never was. */
export async function getResourceAt(
  dependencies: HistoryDependencies,
  kind: Kind,
  { at, id: asked }: AdminInput<'getResourceAt'>,
): Promise<AdminOutput<'getResourceAt'>> {
  const { pool } = dependencies;
  const { isSingle, title } = factsOf(kind).options;
  const id = isSingle ? SINGLE_ID : asked;
  const moment = await logMomentAt(dependencies, at);
  const { position } = moment;
  await dependencies.folded(position);
  if (!isSingle && !(await isKnown(dependencies, kind, id))) {
    throw new Fault({ code: 'not_found', message: `There never was such a ${title}.`, param: 'id' });
  }
  const row = await readResourceAt(pool, { kind, position, id });
  const then = row === undefined ? undefined : resourceAt(dependencies, kind, row, timeMs(at));
  const resource = then ?? (isSingle ? await unsetOf(dependencies, kind) : undefined);
  const now = await documentNow(dependencies, kind, id);
  return {
    ...shownMoment(moment),
    ...(resource === undefined ? {} : { resource }),
    documentNow: now === undefined ? '' : JSON.stringify(now),
    differences: differencesOf(JSON.parse(resource?.document ?? '{}') as Document, now ?? {}),
  };
}

function resourceAt({ logger }: HistoryDependencies, kind: Kind, row: ResourceRowAt, atMs: number) {
  const { id, state, position, actor, action } = row;
  // A key or a token expires without an event: it has the status of the time that is asked for.
  const document = documentOf({ kind, state, subjectKey: row.subject_key }, atMs, logger);
  return {
    ...{ id, position, actor, action },
    document: JSON.stringify(document ?? {}),
    changedAt: timeText(Number(row.at_ms)),
    now: row.now_position === position ? 'same' : row.is_removed ? 'removed' : 'changed',
  };
}

/** What there is one of, before it was ever changed. */
async function unsetOf(dependencies: HistoryDependencies, kind: Kind) {
  const isChanged = await isKnown(dependencies, kind, SINGLE_ID);
  const { schema } = factsOf(kind);
  const document = toJson(schema, emptyResource(kind, SINGLE_ID), { useProtoFieldName: true });
  return { id: SINGLE_ID, document: JSON.stringify(document), now: isChanged ? 'changed' : 'same' };
}

async function documentNow(dependencies: HistoryDependencies, kind: Kind, id: string): Promise<Document | undefined> {
  const found = await readResource(dependencies, kind, id);
  if (found === undefined) return undefined;
  const { value } = shown(found.resource, dependencies.nowMs);
  return toJson(factsOf(kind).schema, value, { useProtoFieldName: true }) as Document;
}

/** Fields that are other ones now, as JSON; empty: it is not set. */
function differencesOf(then: Document, now: Document) {
  const fields = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  const text = (value: JsonValue | undefined): string => (value === undefined ? '' : JSON.stringify(value));
  return fields
    .map((field) => ({ field, was: text(then[field]), now: text(now[field]) }))
    .filter((difference) => difference.was !== difference.now);
}
