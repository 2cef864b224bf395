import type pg from 'pg';
import { resourceFromJson } from '#registry/changes.ts';
import type { PolicySnapshot } from '#registry/follow-registry.ts';
import type { AnyResource } from '#registry/kinds.ts';
import { resources } from '../projections/resources.ts';

/** A page of resources is some ten megabytes in memory. */
const PAGE_ROWS = 10_000;

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly state: object;
}

/** Every resource that is there, from the tables of accounts, and the position of the log they stand at. */
export function policySnapshotOf(pool: pg.Pool): PolicySnapshot {
  return { read: (add) => readSnapshot(pool, add) };
}

/** All as of one moment, so that no event between the resources and their position is left out. */
async function readSnapshot(
  pool: pg.Pool,
  add: (resource: AnyResource) => void,
): Promise<{ readonly position: number }> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    const position = await readPosition(client);
    let last: Row | undefined;
    for (;;) {
      const page = await readPage(client, last);
      for (const { kind, state } of page) {
        const resource = resourceFromJson({ [kind]: state });
        // Of a later gateway's kinds this one knows nothing.
        if (resource !== undefined) add(resource);
      }
      last = page.at(-1);
      if (page.length < PAGE_ROWS) break;
    }
    await client.query('commit');
    return { position };
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw failure;
  } finally {
    client.release(failure);
  }
}

async function readPosition(client: pg.PoolClient): Promise<number> {
  const sql = 'select position from accounts.checkpoint where projection = $1';
  const { rows } = await client.query<{ position: string | bigint }>(sql, [resources.name]);
  return Number(rows[0]?.position ?? 0);
}

async function readPage(client: pg.PoolClient, after: Row | undefined): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>(
    `select kind, id, state from accounts.resource
     where (kind, id) > ($1, $2) and removed_at_ms is null order by kind, id limit $3`,
    [after?.kind ?? '', after?.id ?? '', PAGE_ROWS],
  );
  return rows;
}
