import type { EventBodies, EventType } from '#contracts/events.ts';
import type { Projection, Transaction } from '#journal/projection.ts';

/** The events of alerts. */
export const alertEventTypes = [
  'AlertRaised',
  'AlertResolved',
  'AlertDelivered',
  'AlertDeliveryFailed',
  'AlertRetried',
] as const satisfies readonly EventType[];

/** Every alert, and where it was sent. Alerts are few: each event is a statement of its own. */
export const alerts: Projection = {
  name: 'accounts.alerts',
  schema: 'accounts',
  tables: ['alert', 'alert_delivery'],
  types: alertEventTypes,
  async apply(transaction, events) {
    for (const { type, data, position } of events) {
      switch (type) {
        case 'AlertRaised':
          await insertAlert(transaction, data, position);
          await putPending(transaction, data.alertId, data.channelIds, data.raisedAtMs);
          break;
        case 'AlertResolved':
          await transaction.query('update alert set resolved_at_ms = $2 where alert_id = $1', [
            data.alertId,
            data.resolvedAtMs,
          ]);
          break;
        case 'AlertDelivered':
          await settle(transaction, { ...data, state: 'delivered', reason: '', atMs: data.deliveredAtMs });
          break;
        case 'AlertDeliveryFailed':
          await settle(transaction, { ...data, state: 'failed', atMs: data.failedAtMs });
          break;
        case 'AlertRetried':
          await putPending(transaction, data.alertId, data.channelIds, data.retriedAtMs);
          break;
        default:
      }
    }
  },
};

async function insertAlert(transaction: Transaction, data: EventBodies['AlertRaised'], position: number) {
  const { alertId, ruleId, kind, subjectKind, subjectId, subjectName, threshold, window, facts, raisedAtMs } = data;
  await transaction.query(
    `insert into alert (alert_id, position, rule_id, kind, subject_kind, subject_id, subject_name, threshold, in_window, facts,
                        raised_at_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      alertId,
      position,
      ruleId,
      kind,
      subjectKind,
      subjectId,
      subjectName,
      threshold,
      window,
      JSON.stringify(facts),
      raisedAtMs,
    ],
  );
}

/** A channel that is asked for again begins anew. */
async function putPending(transaction: Transaction, alertId: string, channelIds: readonly string[], askedAtMs: string) {
  await transaction.query(
    `insert into alert_delivery (alert_id, channel_id, state, attempts, reason, asked_at_ms)
     select $1, channel_id, 'pending', 0, '', $3 from unnest($2::text[]) as channel_id
     on conflict (alert_id, channel_id) do update set
       state = 'pending', attempts = 0, reason = '', asked_at_ms = excluded.asked_at_ms, settled_at_ms = null`,
    [alertId, channelIds, askedAtMs],
  );
}

async function settle(
  transaction: Transaction,
  settled: {
    readonly alertId: string;
    readonly channelId: string;
    readonly state: 'delivered' | 'failed';
    readonly attempts: number;
    readonly reason: string;
    readonly atMs: string;
  },
) {
  const { alertId, channelId, state, attempts, reason, atMs } = settled;
  await transaction.query(
    `update alert_delivery set state = $3, attempts = $4, reason = $5, settled_at_ms = $6
     where alert_id = $1 and channel_id = $2`,
    [alertId, channelId, state, attempts, reason, atMs],
  );
}
