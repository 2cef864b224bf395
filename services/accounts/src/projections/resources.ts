import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { policyEventTypes } from '#registry/changes.ts';
import { type AuditRow, auditRowOf } from './audit-row.ts';
import { type CreditRow, creditRowOf, undoOf } from './credit-row.ts';
import { nextRow, type ResourceRow, resourceOf } from './resource-row.ts';

/** Every resource, the log of every action of administration, and every credit. */
export const resources: Projection = {
  name: 'accounts.resources',
  schema: 'accounts',
  tables: ['resource', 'audit_log', 'credit'],
  types: [...policyEventTypes, 'BalanceCredited', 'BalanceDebited', 'AdminActed', 'AlertRetried'],
  async apply(transaction, events) {
    const rows = await rowsOf(transaction, events);
    const changed = new Map<string, ResourceRow>();
    const audit: AuditRow[] = [];
    for (const event of events) {
      const subject = resourceOf(event);
      const key = subject && keyOf(subject);
      const before = key === undefined ? undefined : (changed.get(key) ?? rows.get(key));
      const after = nextRow(before, event);
      if (key !== undefined && after !== undefined) changed.set(key, after);
      const row = auditRowOf(event, before, after);
      if (row !== undefined) audit.push(row);
    }
    await upsertRows(transaction, [...changed.values()]);
    await insertAudit(transaction, audit);
    const credits = events.flatMap((event) => creditRowOf(event) ?? []);
    await insertCredits(transaction, credits);
    const undone = events.flatMap((event) => undoOf(event) ?? []);
    await markUndone(transaction, undone);
  },
};

function keyOf({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind} ${id}`;
}

/** The rows as they are of all resources that the events are about. */
async function rowsOf(transaction: Transaction, events: readonly RecordedEvent[]): Promise<Map<string, ResourceRow>> {
  const subjects = events.flatMap((event) => resourceOf(event) ?? []);
  if (subjects.length === 0) return new Map();
  const { rows } = await transaction.query<ResourceRow>(
    `select kind, id, state, version, position, created_at_ms as "createdAtMs", changed_at_ms as "changedAtMs",
            removed_at_ms as "removedAtMs"
     from resource where (kind, id) in (select * from unnest($1::text[], $2::text[]))`,
    [subjects.map(({ kind }) => kind), subjects.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

async function upsertRows(transaction: Transaction, rows: readonly ResourceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.query(
    `insert into resource (kind, id, state, version, position, created_at_ms, changed_at_ms, removed_at_ms)
     select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                          $8::bigint[])
     on conflict (kind, id) do update set
       state = excluded.state, version = excluded.version, position = excluded.position,
       created_at_ms = excluded.created_at_ms, changed_at_ms = excluded.changed_at_ms,
       removed_at_ms = excluded.removed_at_ms`,
    [
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
      rows.map(({ state }) => JSON.stringify(state)),
      rows.map(({ version }) => version),
      rows.map(({ position }) => position),
      rows.map(({ createdAtMs }) => createdAtMs),
      rows.map(({ changedAtMs }) => changedAtMs),
      rows.map(({ removedAtMs }) => removedAtMs),
    ],
  );
}

async function insertAudit(transaction: Transaction, rows: readonly AuditRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.query(
    `insert into audit_log (position, at_ms, actor, role, address, request_id, action, kind, id, before, after)
     select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                          $8::text[], $9::text[], $10::jsonb[], $11::jsonb[])`,
    [
      rows.map(({ position }) => position),
      rows.map(({ atMs }) => atMs),
      rows.map(({ actor }) => actor),
      rows.map(({ role }) => role),
      rows.map(({ address }) => address),
      rows.map(({ requestId }) => requestId),
      rows.map(({ action }) => action),
      rows.map(({ kind }) => kind),
      rows.map(({ id }) => id),
      rows.map(({ before }) => before && JSON.stringify(before)),
      rows.map(({ after }) => after && JSON.stringify(after)),
    ],
  );
}

async function insertCredits(transaction: Transaction, rows: readonly CreditRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.query(
    `insert into credit (credit_id, payer_kind, payer_id, amount_nano_usd, reason)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])`,
    [
      rows.map(({ creditId }) => creditId),
      rows.map(({ payer }) => payer.kind),
      rows.map(({ payer }) => payer.id),
      rows.map(({ amountNanoUsd }) => amountNanoUsd),
      rows.map(({ reason }) => reason),
    ],
  );
}

async function markUndone(
  transaction: Transaction,
  undone: readonly { readonly creditId: string; readonly debitId: string }[],
): Promise<void> {
  if (undone.length === 0) return;
  await transaction.query(
    `update credit set undone_by = undone.debit_id
     from unnest($1::text[], $2::text[]) as undone (credit_id, debit_id) where credit.credit_id = undone.credit_id`,
    [undone.map(({ creditId }) => creditId), undone.map(({ debitId }) => debitId)],
  );
}
