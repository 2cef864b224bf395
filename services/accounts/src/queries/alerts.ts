import type { MessageInitShape } from '@bufbuild/protobuf';
import type pg from 'pg';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { AlertSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { timeText } from '#kernel/time-text.ts';
import { type AlertKind, alertSummary } from '../domain/alert/alert-message.ts';
import type { AlertDeliveries } from '../ports.ts';
import { pageLimit } from './page-limit.ts';

interface Row {
  readonly alert_id: string;
  readonly position: bigint;
  readonly rule_id: string;
  readonly kind: AlertKind;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly subject_name: string;
  readonly threshold: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly raised_at_ms: bigint;
  readonly resolved_at_ms: bigint | null;
  readonly deliveries: readonly DeliveryRow[];
}

interface DeliveryRow {
  readonly channel_id: string;
  readonly state: string;
  readonly attempts: number;
  readonly reason: string;
  readonly settled_at_ms: number | null;
}

type ShownAlert = MessageInitShape<typeof AlertSchema>;

interface Dependencies {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly alertDeliveries: Pick<AlertDeliveries, 'pendingAttempts'>;
}

const columns = `alert.*, coalesce((
  select json_agg(json_build_object('channel_id', channel_id, 'state', state, 'attempts', attempts, 'reason', reason,
                                    'settled_at_ms', settled_at_ms) order by channel_id)
  from accounts.alert_delivery delivery where delivery.alert_id = alert.alert_id), '[]') as deliveries`;

/** Alerts that were raised, the newest first. */
export async function listAlerts(
  dependencies: Dependencies,
  { limit: asked, after, rule, kind, state }: AdminInput<'listAlerts'>,
): Promise<AdminOutput<'listAlerts'>> {
  const limit = pageLimit(asked);
  const [{ rows }, firing] = await Promise.all([
    dependencies.pool.query<Row>(
      `select ${columns} from accounts.alert
       where ($1 = 0 or position < $1) and ($2 = '' or rule_id = $2) and ($3 = '' or kind = $3)
         and ($4 = '' or (resolved_at_ms is null) = ($4 = 'firing'))
       order by position desc limit $5`,
      [after, rule, kind, state, limit + 1],
    ),
    dependencies.pool.query<{ count: bigint }>('select count(*) from accounts.alert where resolved_at_ms is null'),
  ]);
  return {
    alerts: rows.slice(0, limit).map((row) => shownAlert(dependencies, row)),
    hasMore: rows.length > limit,
    firing: Number(firing.rows[0]?.count ?? 0),
  };
}

/** One alert; undefined: there is none of the id. */
export async function findAlert(dependencies: Dependencies, alertId: string): Promise<ShownAlert | undefined> {
  const { rows } = await dependencies.pool.query<Row>(`select ${columns} from accounts.alert where alert_id = $1`, [
    alertId,
  ]);
  return rows[0] && shownAlert(dependencies, rows[0]);
}

function shownAlert({ alertDeliveries }: Dependencies, row: Row): ShownAlert {
  const { alert_id: id, position, rule_id: ruleId, kind, threshold, facts, raised_at_ms, resolved_at_ms } = row;
  const subject = { kind: row.subject_kind, id: row.subject_id, name: row.subject_name };
  return {
    ...{ id, position, ruleId, kind, threshold, facts },
    subjectKind: subject.kind,
    subjectId: subject.id,
    subjectName: subject.name,
    summary: alertSummary({ kind, ruleId, subject, threshold, facts }),
    state: resolved_at_ms === null ? 'firing' : 'resolved',
    raisedAt: timeText(Number(raised_at_ms)),
    resolvedAt: resolved_at_ms === null ? '' : timeText(Number(resolved_at_ms)),
    deliveries: row.deliveries.map((delivery) =>
      shownDelivery(delivery, alertDeliveries.pendingAttempts(id, delivery.channel_id)),
    ),
  };
}

/** Of a delivery that is pending, what its attempts so far came to is in memory alone. */
function shownDelivery(
  { channel_id: channelId, state, attempts, reason, settled_at_ms }: DeliveryRow,
  pending: ReturnType<AlertDeliveries['pendingAttempts']>,
) {
  const at = settled_at_ms === null ? '' : timeText(settled_at_ms);
  if (state !== 'pending' || pending === undefined) return { channelId, state, attempts, reason, at };
  const { nextAttemptAtMs, ...sofar } = pending;
  return { channelId, state, at, ...sofar, nextAttemptAt: nextAttemptAtMs === 0 ? '' : timeText(nextAttemptAtMs) };
}
