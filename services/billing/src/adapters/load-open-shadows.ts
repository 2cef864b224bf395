import type pg from 'pg';
import type { EventBodies } from '#contracts/events.ts';
import { parseBody } from '#contracts/parse-body.ts';
import type { ShadowOnRecord } from '../domain/shadow-cost/shadow-on-record.ts';
import { openShadowProjection } from '../projections/open-shadow.ts';

interface Row {
  readonly request_id: string;
  readonly position: bigint;
  readonly event_id: string;
  readonly recorded_at_ms: bigint;
  readonly body: string;
}

/** The copies of requests without a cost, and the position up to which that is true: one statement sees both. */
export async function loadOpenShadows(
  pool: Pick<pg.Pool, 'query'>,
): Promise<{ readonly afterPosition: number; readonly open: readonly ShadowOnRecord[] }> {
  const { rows } = await pool.query<{ at: bigint | null; shadow: Row | null }>(
    `select (select position from billing.checkpoint where projection = $1) as at, row_to_json(open_shadow) as shadow
     from (select 1) as one left join billing.open_shadow on true
     order by open_shadow.position`,
    [openShadowProjection.name],
  );
  return {
    afterPosition: Number(rows[0]?.at ?? 0),
    open: rows.flatMap(({ shadow }) => (shadow === null ? [] : [recordOf(shadow)])),
  };
}

function recordOf(row: Row): ShadowOnRecord {
  return {
    requestId: row.request_id,
    position: Number(row.position),
    eventId: row.event_id,
    recordedAtMs: Number(row.recorded_at_ms),
    data: parseBody('ShadowRecorded', row.body) as EventBodies['ShadowRecorded'],
  };
}
