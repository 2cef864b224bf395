import type pg from 'pg';
import { type JsonObject, parseObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import type {
  Conversation,
  ConversationItem,
  ConversationStore,
} from '../responses/conversations/conversation-store.ts';
import { createSeals, type Sealed, type Seals } from '../responses/seals.ts';
import { ingressDatabase } from './ingress-database.ts';

/** A conversation of more items is read and paid for anew with each turn: its client should compact it. */
const ITEMS_MAX = 10_000;

/** As much as the longest conversation that is taken back. */
const ITEM_BYTES_MAX = 16 * 1024 * 1024;

const SWEEP_MS = 60_000;
const SWEEP_BATCH = 100;

export interface PgConversations extends ConversationStore {
  /** Deletes what has expired, in batches; resolves with how many went. Done every minute as well. */
  sweep(): Promise<number>;
  /** Ends the sweeps. */
  close(): void;
}

interface ConversationRow extends Sealed {
  readonly id: string;
  readonly created_at_s: string;
}

interface ItemRow extends Sealed {
  readonly id: string;
}

/** Conversations in the schema `ingress`, migrated. `keyPepper`: what they are sealed under, hex. */
export function createPgConversations({
  pool,
  keyPepper,
  logger,
}: {
  readonly pool: pg.Pool;
  readonly keyPepper: string;
  readonly logger: Logger;
}): PgConversations {
  const database = ingressDatabase(pool);
  const { sealed, opened, sealedItems, openedItem } = sealing(createSeals(keyPepper, 'conversations'));

  async function one(userId: string, sql: string, ...values: readonly unknown[]): Promise<Conversation | undefined> {
    const { rows } = await database.query<ConversationRow>(sql, [userId, ...values]);
    return rows[0] === undefined ? undefined : opened(userId, rows[0]);
  }

  async function items(userId: string, id: string, sql: string, ...values: readonly unknown[]) {
    const { rows } = await database.query<ItemRow>(sql, [userId, id, ...values]);
    return rows.map((row) => openedItem(userId, id, row));
  }

  async function append(userId: string, id: string, added: readonly ConversationItem[], days: number) {
    const { ids, salts, seals, bytes } = sealedItems(userId, id, added);
    const values = [userId, id, ids, salts, seals, bytes, days, ITEMS_MAX, ITEM_BYTES_MAX];
    const { rowCount } = await database.query(APPEND, values);
    if ((rowCount ?? 0) > 0) return 'added';
    return (await one(userId, READ, id)) === undefined ? 'missing' : 'full';
  }

  async function remove(userId: string, id: string): Promise<boolean> {
    const sql = 'delete from ingress.conversation where user_id = $1 and id = $2 and expires_at > now()';
    return ((await database.query(sql, [userId, id])).rowCount ?? 0) > 0;
  }

  async function sweep(): Promise<number> {
    for (let deleted = 0; ; ) {
      const { rowCount } = await database.query(SWEEP, [SWEEP_BATCH]);
      deleted += rowCount ?? 0;
      if ((rowCount ?? 0) < SWEEP_BATCH) return deleted;
    }
  }
  const sweeping = setInterval(() => {
    sweep().catch((error: unknown) => logger.warn({ err: error }, 'old conversations could not be deleted'));
  }, SWEEP_MS).unref();

  return {
    async create(userId, { id, metadata }, begun, days) {
      const { salt, sealed: bytes } = sealed(userId, id, metadata);
      await database.query(CREATE, [userId, id, salt, bytes, days]);
      // A conversation whose items did not come is nobody's: its id was told to nobody.
      if (begun.length > 0 && (await append(userId, id, begun, days)) === 'full') {
        await remove(userId, id);
        return 'full';
      }
      return (await one(userId, READ, id)) ?? { id, metadata, createdAtS: 0 };
    },
    read: (userId, id) => one(userId, READ, id),
    async setMetadata(userId, id, metadata) {
      const { salt, sealed: bytes } = sealed(userId, id, metadata);
      return one(userId, SET_METADATA, id, salt, bytes);
    },
    remove,
    append,
    async page(userId, id, { after, limit, isAscending }) {
      let afterSeq: string | null = null;
      if (after !== null) {
        const { rows } = await database.query<{ seq: string }>(SEQ_OF, [userId, id, after]);
        if (rows[0] === undefined) return undefined;
        afterSeq = rows[0].seq;
      }
      return items(userId, id, isAscending ? PAGE_UP : PAGE_DOWN, afterSeq, limit + 1);
    },
    async all(userId, id, { bytesMax, room }) {
      const { rows } = await database.query<{ item_bytes: string }>(SIZE, [userId, id]);
      if (rows[0] === undefined) return 'missing';
      const bytes = Number(rows[0].item_bytes);
      if (bytes > bytesMax) return 'too-long';
      await room(bytes);
      return items(userId, id, ALL);
    },
    item: async (userId, id, itemId) => (await items(userId, id, ITEM, itemId))[0],
    async removeItem(userId, id, itemId) {
      return ((await database.query(REMOVE_ITEM, [userId, id, itemId])).rowCount ?? 0) > 0;
    },
    async removeAllOf(userId) {
      await database.query('delete from ingress.conversation where user_id = $1', [userId]);
    },
    sweep,
    close: () => clearInterval(sweeping),
  };
}

/** Rows of conversations and items, sealed and opened. */
function sealing(seals: Seals) {
  return {
    sealed: (userId: string, id: string, metadata: JsonObject) => seals.seal([userId, id], JSON.stringify(metadata)),
    opened(userId: string, row: ConversationRow): Conversation {
      const metadata = parseObject(seals.open([userId, row.id], row)) ?? {};
      return { id: row.id, createdAtS: Number(row.created_at_s), metadata };
    },
    sealedItems(userId: string, id: string, added: readonly ConversationItem[]) {
      const rows = added.map((item) => seals.seal([userId, id, item.id], JSON.stringify([item.json, item.model])));
      return {
        ids: added.map((item) => item.id),
        salts: rows.map(({ salt }) => salt),
        seals: rows.map(({ sealed }) => sealed),
        bytes: rows.reduce((sum, { sealed }) => sum + sealed.length, 0),
      };
    },
    openedItem(userId: string, id: string, row: ItemRow): ConversationItem {
      const [json, model] = JSON.parse(seals.open([userId, id, row.id], row)) as [string, string];
      return { id: row.id, json, model };
    },
  };
}

const MINE = 'user_id = $1 and id = $2 and expires_at > now()';
const SHOWN = 'id, salt, sealed, floor(extract(epoch from created_at))::text as created_at_s';

const CREATE = `
  insert into ingress.conversation (user_id, id, salt, sealed, expires_at)
  values ($1, $2, $3, $4, now() + make_interval(days => $5))`;

const READ = `select ${SHOWN} from ingress.conversation where ${MINE}`;

const SET_METADATA = `update ingress.conversation set salt = $3, sealed = $4 where ${MINE} returning ${SHOWN}`;

/** The conversation's own row orders those who add at once. */
const APPEND = `
  with mine as (
    update ingress.conversation
    set item_count = item_count + cardinality($3::text[]), item_bytes = item_bytes + $6::bigint,
      next_seq = next_seq + cardinality($3::text[]), expires_at = now() + make_interval(days => $7)
    where ${MINE} and item_count + cardinality($3::text[]) <= $8 and item_bytes + $6::bigint <= $9
    returning next_seq - cardinality($3::text[]) as first_seq),
  added as (
    insert into ingress.conversation_item (user_id, conversation_id, seq, id, salt, sealed)
    select $1, $2, first_seq + place - 1, item.id, item.salt, item.sealed
    from mine, unnest($3::text[], $4::bytea[], $5::bytea[]) with ordinality as item (id, salt, sealed, place))
  select from mine`;

const SIZE = `select item_bytes::text from ingress.conversation where ${MINE}`;

const OF = 'user_id = $1 and conversation_id = $2';
const ALL = `select id, salt, sealed from ingress.conversation_item where ${OF} order by seq`;
const ITEM = `select id, salt, sealed from ingress.conversation_item where ${OF} and id = $3 order by seq limit 1`;
const SEQ_OF = `select seq::text from ingress.conversation_item where ${OF} and id = $3 order by seq limit 1`;
const PAGE_UP = `
  select id, salt, sealed from ingress.conversation_item
  where ${OF} and ($3::bigint is null or seq > $3::bigint) order by seq limit $4`;
const PAGE_DOWN = `
  select id, salt, sealed from ingress.conversation_item
  where ${OF} and ($3::bigint is null or seq < $3::bigint) order by seq desc limit $4`;

const REMOVE_ITEM = `
  with gone as (delete from ingress.conversation_item where ${OF} and id = $3 returning octet_length(sealed) as bytes)
  update ingress.conversation
  set item_count = item_count - (select count(*) from gone)::integer, item_bytes = item_bytes - (select sum(bytes) from gone)
  where ${MINE} and exists (select from gone)`;

const SWEEP = `
  delete from ingress.conversation where (user_id, id) in (
    select user_id, id from ingress.conversation where expires_at <= now() limit $1 for update skip locked)`;
