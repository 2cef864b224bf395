import type pg from 'pg';
import type { Journal } from './journal.ts';
import type { Projection } from './projection.ts';
import { inProjectionTransaction } from './projector.ts';

/** How many rows of a difference are shown: enough to see what is wrong. */
const DIFFERENCES_SHOWN_MAX = 10;

/** The result of rebuilding a projection. */
export interface ReplayReport {
  readonly projection: string;
  readonly events: number;
  readonly rows: number;
  readonly isEqual: boolean;
  /** The first rows that only one side has, as text: `live: …` or `rebuilt: …`. */
  readonly differences: readonly string[];
  readonly durationMs: number;
}

/**
 * Rebuilds a projection from the log into a shadow schema and compares it with the live tables as they stood at one
 * checkpoint. The live projection goes on meanwhile. The shadow is dropped at the end.
 */
export async function replayProjection(
  projection: Projection,
  { journal, pool }: { readonly journal: Journal; readonly pool: pg.Pool },
): Promise<ReplayReport> {
  const startedAtMs = performance.now();
  const shadow = `replay_${projection.name.replace(/\W/g, '_')}_${process.pid}`;
  await pool.query(`drop schema if exists ${shadow} cascade; create schema ${shadow}`);
  try {
    const checkpoint = await copyLive(pool, projection, shadow);
    const events = await rebuild(projection, { journal, pool }, shadow, checkpoint);
    const { rows, differences } = await compare(pool, projection, shadow);
    const durationMs = Math.round(performance.now() - startedAtMs);
    return { projection: projection.name, events, rows, isEqual: differences.length === 0, differences, durationMs };
  } finally {
    await pool.query(`drop schema ${shadow} cascade`);
  }
}

/** Copies the live tables and reads their checkpoint in one snapshot. */
async function copyLive(pool: pg.Pool, projection: Projection, shadow: string): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read');
    const result = await client.query(`select position from ${projection.schema}.checkpoint where projection = $1`, [
      projection.name,
    ]);
    for (const table of projection.tables) {
      await client.query(`create table ${shadow}.live_${table} as table ${projection.schema}.${table}`);
      await client.query(`create table ${shadow}.${table} (like ${projection.schema}.${table} including all)`);
    }
    await client.query('commit');
    return Number(result.rows[0]?.position ?? 0);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function rebuild(
  projection: Projection,
  { journal, pool }: { readonly journal: Journal; readonly pool: pg.Pool },
  shadow: string,
  checkpoint: number,
): Promise<number> {
  const types = projection.types === undefined ? undefined : new Set(projection.types);
  let applied = 0;
  for await (const batch of journal.read(0)) {
    const events = batch.filter(
      (event) => event.position <= checkpoint && (types === undefined || types.has(event.type)),
    );
    if (events.length > 0) await inProjectionTransaction(pool, shadow, (client) => projection.apply(client, events));
    applied += events.length;
    if ((batch.at(-1)?.position ?? 0) >= checkpoint) break;
  }
  return applied;
}

async function compare(
  pool: pg.Pool,
  projection: Projection,
  shadow: string,
): Promise<{ rows: number; differences: string[] }> {
  let rows = 0;
  const differences: string[] = [];
  for (const table of projection.tables) {
    const count = await pool.query(`select count(*) as rows from ${shadow}.${table}`);
    rows += Number(count.rows[0]?.rows ?? 0);
    for (const [side, from, other] of [
      ['live', `live_${table}`, table],
      ['rebuilt', table, `live_${table}`],
    ] as const) {
      const result = await pool.query(
        `select row_to_json(d)::text as row from
           (select * from ${shadow}.${from} except all select * from ${shadow}.${other}) d limit ${DIFFERENCES_SHOWN_MAX}`,
      );
      for (const { row } of result.rows) differences.push(`${side}: ${projection.schema}.${table} ${row}`);
    }
  }
  return { rows, differences };
}
