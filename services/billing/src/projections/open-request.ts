import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** The net effect of a batch on one request. */
interface Change {
  readonly requestId: string;
  admission?: RecordedEvent<'RequestAdmitted'>;
  usage?: RecordedEvent<'UsageRecorded'>;
  isEnded?: true;
}

/**
 * The requests that are neither charged nor expired. Most requests begin and end within a batch and never touch the
 * table: the table holds requests that are open between two batches.
 */
export const openRequestProjection: Projection = {
  name: 'billing.open_request',
  schema: 'billing',
  tables: ['open_request'],
  types: ['RequestAdmitted', 'UsageRecorded', 'ChargePosted', 'HoldExpired'],
  async apply(transaction, events) {
    const changes = netChanges(events);
    await insert(
      transaction,
      changes.flatMap(({ admission, usage, isEnded }) => (admission && !isEnded ? [{ admission, usage }] : [])),
    );
    await addUsage(
      transaction,
      changes.flatMap(({ admission, usage, isEnded }) => (usage && !admission && !isEnded ? [usage] : [])),
    );
    await remove(
      transaction,
      changes.filter(({ admission, isEnded }) => isEnded && !admission).map(({ requestId }) => requestId),
    );
  },
};

function netChanges(events: readonly RecordedEvent[]): Change[] {
  const changes = new Map<string, Change>();
  const changeOf = (requestId: string): Change => {
    const change = changes.get(requestId) ?? { requestId };
    changes.set(requestId, change);
    return change;
  };
  for (const event of events) {
    if (event.type === 'RequestAdmitted') changeOf(event.data.requestId).admission = event;
    if (event.type === 'UsageRecorded') changeOf(event.data.requestId).usage = event;
    if (event.type === 'ChargePosted' || event.type === 'HoldExpired') changeOf(event.data.requestId).isEnded = true;
  }
  return [...changes.values()];
}

type Opened = { admission: RecordedEvent<'RequestAdmitted'>; usage: RecordedEvent<'UsageRecorded'> | undefined };

async function insert(transaction: Transaction, opened: readonly Opened[]): Promise<void> {
  if (opened.length === 0) return;
  await transaction.query(
    `insert into open_request
       (request_id, admitted_position, admission, usage_event_id, usage_recorded_at_ms, usage)
     select request_id, admitted_position, admission, nullif(usage_event_id, ''), nullif(usage_recorded_at_ms, 0),
            nullif(usage, '')
     from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[])
       as opened (request_id, admitted_position, admission, usage_event_id, usage_recorded_at_ms, usage)`,
    [
      textArray(opened.map(({ admission }) => admission.data.requestId)),
      bigintArray(opened.map(({ admission }) => admission.position)),
      textArray(opened.map(({ admission }) => admission.body)),
      textArray(opened.map(({ usage }) => usage?.eventId ?? '')),
      bigintArray(opened.map(({ usage }) => usage?.recordedAtMs ?? 0)),
      textArray(opened.map(({ usage }) => usage?.body ?? '')),
    ],
  );
}

async function addUsage(transaction: Transaction, usages: readonly RecordedEvent<'UsageRecorded'>[]): Promise<void> {
  if (usages.length === 0) return;
  await transaction.query(
    `update open_request
     set usage_event_id = used.event_id, usage_recorded_at_ms = used.recorded_at_ms, usage = used.body
     from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) as used (request_id, event_id, recorded_at_ms, body)
     where open_request.request_id = used.request_id`,
    [
      textArray(usages.map((usage) => usage.data.requestId)),
      textArray(usages.map((usage) => usage.eventId)),
      bigintArray(usages.map((usage) => usage.recordedAtMs)),
      textArray(usages.map((usage) => usage.body)),
    ],
  );
}

async function remove(transaction: Transaction, requestIds: readonly string[]): Promise<void> {
  if (requestIds.length === 0) return;
  await transaction.query('delete from open_request where request_id = any($1::text[])', [textArray(requestIds)]);
}
