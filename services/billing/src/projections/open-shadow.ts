import type { Projection } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** The copies of requests whose cost is not posted. Most begin and end within a batch and never touch the table. */
export const openShadowProjection: Projection = {
  name: 'billing.open_shadow',
  schema: 'billing',
  tables: ['open_shadow'],
  types: ['ShadowRecorded', 'ShadowCostPosted'],
  async apply(transaction, events) {
    const recorded = new Map<string, RecordedEvent<'ShadowRecorded'>>();
    const posted: string[] = [];
    for (const event of events) {
      if (event.type === 'ShadowRecorded') recorded.set(event.data.requestId, event);
      // Not in the batch: the table has it.
      if (event.type === 'ShadowCostPosted' && !recorded.delete(event.data.requestId))
        posted.push(event.data.requestId);
    }
    const opened = [...recorded.values()];
    if (opened.length > 0) {
      await transaction.query(
        `insert into open_shadow (request_id, position, event_id, recorded_at_ms, body)
         select * from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[])`,
        [
          textArray(opened.map(({ data }) => data.requestId)),
          bigintArray(opened.map(({ position }) => position)),
          textArray(opened.map(({ eventId }) => eventId)),
          bigintArray(opened.map(({ recordedAtMs }) => recordedAtMs)),
          textArray(opened.map(({ body }) => body)),
        ],
      );
    }
    if (posted.length > 0) {
      await transaction.query('delete from open_shadow where request_id = any($1::text[])', [textArray(posted)]);
    }
  },
};
