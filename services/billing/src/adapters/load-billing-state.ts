import type pg from 'pg';
import type { EventBodies } from '#contracts/events.ts';
import { parseBody } from '#contracts/parse-body.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import type { OpenRequest } from '../domain/open-request/open-requests.ts';
import { openRequestProjection } from '../projections/open-request.ts';
import { priceBookProjection } from '../projections/price-book-rows.ts';

/** The rows of the projections, and the position up to which all of them are true. */
export interface BillingState {
  readonly afterPosition: number;
  readonly prices: readonly Price[];
  readonly openRequests: readonly OpenRequest[];
}

/**
 * Reads both projections in one snapshot. They may stand at different positions. This returns the earlier one: folding
 * events twice into the other changes nothing.
 */
export async function loadBillingState(pool: pg.Pool): Promise<BillingState> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const state = {
      afterPosition: await readPosition(client),
      prices: await readPrices(client),
      openRequests: await readOpenRequests(client),
    };
    await client.query('commit');
    return state;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function readPosition(client: pg.PoolClient): Promise<number> {
  const names = [priceBookProjection.name, openRequestProjection.name];
  const { rows } = await client.query<{ position: bigint }>(
    'select position from billing.checkpoint where projection = any($1)',
    [names],
  );
  return rows.length < names.length ? 0 : Math.min(...rows.map((row) => Number(row.position)));
}

async function readPrices(client: pg.PoolClient): Promise<Price[]> {
  const { rows } = await client.query<{ version: number; body: string }>(
    'select version, body from billing.price_book order by price_key, version',
  );
  return rows.map((row) =>
    priceFromEvent(parseBody('PricePublished', row.body) as EventBodies['PricePublished'], row.version),
  );
}

interface OpenRequestRow {
  readonly request_id: string;
  readonly admission: string;
  readonly usage_event_id: string | null;
  readonly usage_recorded_at_ms: bigint | null;
  readonly usage: string | null;
}

async function readOpenRequests(client: pg.PoolClient): Promise<OpenRequest[]> {
  const { rows } = await client.query<OpenRequestRow>(
    `select request_id, admission, usage_event_id, usage_recorded_at_ms, usage
     from billing.open_request order by admitted_position`,
  );
  return rows.map((row) => ({
    requestId: row.request_id,
    admission: parseBody('RequestAdmitted', row.admission) as EventBodies['RequestAdmitted'],
    usage:
      row.usage === null || row.usage_event_id === null
        ? undefined
        : {
            eventId: row.usage_event_id,
            recordedAtMs: Number(row.usage_recorded_at_ms),
            data: parseBody('UsageRecorded', row.usage) as EventBodies['UsageRecorded'],
          },
  }));
}
