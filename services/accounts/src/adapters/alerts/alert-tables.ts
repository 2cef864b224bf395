import type pg from 'pg';
import type { Payer } from '#contracts/admin-needs.ts';
import type { EventBodies } from '#contracts/events.ts';
import { payerKey } from '#contracts/payer.ts';
import { aboutOf, type KnownAlert } from '../../domain/alert/alert-book.ts';
import type { AlertTables, PendingDelivery } from '../../ports.ts';

const DAY_MS = 86_400_000;
/** Days of spending before today. */
const DAYS = 7;

interface BookRow {
  readonly alert_id: string;
  readonly rule_id: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly threshold: string;
  readonly in_window: string;
  readonly is_firing: boolean;
}

interface PendingRow {
  readonly alert: EventBodies['AlertRaised'];
  readonly channel_id: string;
  readonly asked_at_ms: bigint;
}

interface SpendRow {
  readonly payer_kind: Payer['kind'];
  readonly payer_id: string;
  readonly first_day: number;
  readonly amount_nano_usd: string;
}

/** What watching and delivery begin with, out of the tables of the projections. */
export function alertTables(pool: Pick<pg.Pool, 'query'>): AlertTables {
  return {
    async knownAlerts() {
      const { rows } = await pool.query<BookRow>(
        `select distinct on (rule_id, subject_kind, subject_id, threshold)
                alert_id, rule_id, subject_kind, subject_id, threshold, in_window, resolved_at_ms is null as is_firing
         from accounts.alert order by rule_id, subject_kind, subject_id, threshold, position desc`,
      );
      return new Map(rows.map((row) => [aboutOf(aboutIn(row)), knownIn(row)]));
    },
    async pendingDeliveries() {
      const { rows } = await pool.query<PendingRow>(
        `select channel_id, asked_at_ms,
                json_build_object('alertId', alert_id, 'ruleId', rule_id, 'kind', kind, 'subjectKind', subject_kind,
                  'subjectId', subject_id, 'subjectName', subject_name, 'threshold', threshold, 'window', in_window,
                  'facts', facts, 'channelIds', json_build_array(), 'raisedAtMs', raised_at_ms::text) as alert
         from accounts.alert_delivery join accounts.alert using (alert_id)
         where state = 'pending' order by position`,
      );
      return rows.map(
        ({ alert, channel_id, asked_at_ms }): PendingDelivery => ({
          alert,
          channelId: channel_id,
          askedAtMs: Number(asked_at_ms),
        }),
      );
    },
    async spendingOf(payers, nowMs) {
      const today = Math.floor(nowMs / DAY_MS);
      const { rows } = await pool.query<SpendRow>(
        `select payer_kind, payer_id, min(day) as first_day, sum(amount_nano_usd) as amount_nano_usd
         from accounts.payer_spend
         where day >= $1 and (payer_kind, payer_id) in (select * from unnest($2::text[], $3::text[]))
         group by payer_kind, payer_id`,
        [today - DAYS, payers.map(({ kind }) => kind), payers.map(({ id }) => id)],
      );
      return new Map(
        rows.map(({ payer_kind, payer_id, first_day, amount_nano_usd }) => [
          payerKey({ kind: payer_kind, id: payer_id }),
          // A payer's first hours say little of its days: they count as a day.
          { spentNanoUsd: BigInt(amount_nano_usd), elapsedMs: Math.max(DAY_MS, nowMs - first_day * DAY_MS) },
        ]),
      );
    },
  };
}

function aboutIn(row: BookRow) {
  const { rule_id: ruleId, subject_kind: subjectKind, subject_id: subjectId, threshold } = row;
  return { ruleId, subjectKind, subjectId, threshold };
}

function knownIn(row: BookRow): KnownAlert {
  const { alert_id: alertId, rule_id: ruleId, subject_id: subjectId, in_window: window, is_firing: isFiring } = row;
  return { alertId, ruleId, subjectId, window, isFiring };
}
