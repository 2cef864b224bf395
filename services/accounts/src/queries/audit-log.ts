import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { AuditLogEntrySchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { JsonObject } from '#kernel/json.ts';
import { isKind, type Kind } from '#registry/kinds.ts';
import { pageLimit } from './page-limit.ts';
import type { ReadDependencies } from './read-resources.ts';
import { documentOf } from './resource-document.ts';

interface Row {
  readonly position: bigint;
  readonly at_ms: bigint;
  readonly actor: string;
  readonly role: string;
  readonly address: string;
  readonly request_id: string;
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly subject_key: Buffer | null;
}

/** Actions that move money: what they say after is an amount, and no resource. */
const moneyActions: ReadonlySet<string> = new Set(['credit', 'debit']);

/** What is no resource and can be acted on: what such an action says after is what its command said. */
const actedOnKinds: ReadonlySet<string> = new Set(['dead_letters']);

/** Actions of administration, the newest first. What was before and after is shown of kinds that may be read. */
export async function listAuditLog(
  dependencies: ReadDependencies,
  { limit: asked, after, actor, kind, id }: AdminInput<'listAuditLog'>,
  mayRead: (kind: Kind) => boolean,
): Promise<AdminOutput<'listAuditLog'>> {
  const limit = pageLimit(asked);
  const { rows } = await dependencies.pool.query<Row>(
    `select log.*, key as subject_key
     from accounts.audit_log log left join accounts.subject_key on kind = 'user' and user_id = id
     where ($1 = 0 or position < $1) and ($2 = '' or actor = $2) and ($3 = '' or kind = $3) and ($4 = '' or id = $4)
     order by position desc limit $5`,
    [after, actor, kind, id, limit + 1],
  );
  return {
    entries: rows.slice(0, limit).map((row) => entryOf(dependencies, row, mayRead)),
    hasMore: rows.length > limit,
  };
}

/** What stands beside the action is no resource. */
function isPlain({ action, kind }: Row): boolean {
  return moneyActions.has(action) || actedOnKinds.has(kind);
}

function entryOf(
  dependencies: ReadDependencies,
  row: Row,
  mayRead: (kind: Kind) => boolean,
): MessageInitShape<typeof AuditLogEntrySchema> {
  const { position, actor, role, address, action, kind, id } = row;
  const at = new Date(Number(row.at_ms)).toISOString();
  const isShown = isPlain(row) || (isKind(kind) && mayRead(kind));
  const [before, after] = [row.before, row.after].map((state) => textOf(dependencies, row, isShown ? state : null));
  return {
    position,
    at,
    actor,
    role,
    address,
    requestId: row.request_id,
    action,
    kind,
    id,
    before: before ?? '',
    after: after ?? '',
  };
}

/** What was before or after, as JSON. */
function textOf({ logger }: ReadDependencies, row: Row, state: JsonObject | null): string {
  if (state === null) return '';
  if (isPlain(row)) return JSON.stringify(state);
  const document = documentOf({ kind: row.kind, state, subjectKey: row.subject_key }, Number(row.at_ms), logger);
  return document === undefined ? '' : JSON.stringify(document);
}
