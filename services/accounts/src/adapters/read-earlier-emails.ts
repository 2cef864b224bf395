import { create } from '@bufbuild/protobuf';
import type pg from 'pg';
import { UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Logger } from '#telemetry/logger.ts';
import { openUser } from './user-seals.ts';

/** The e-mails of users whose events are of old logs and say nothing by which an e-mail can be found. */
export async function readEarlierEmails(
  pool: Pick<pg.Pool, 'query'>,
  logger: Pick<Logger, 'error'>,
): Promise<readonly { readonly userId: string; readonly email: string }[]> {
  const { rows } = await pool.query<{ id: string; sealed: string; key: Buffer }>(
    `select id, state->>'sealed' as sealed, key
     from accounts.resource join accounts.subject_key on user_id = id
     where kind = 'user' and state->>'emailDigest' = '' and state->>'status' <> 'deleted'`,
  );
  return rows.flatMap(({ id, sealed, key }) => {
    const { email } = openUser(create(UserSchema, { id, sealed }), key, logger);
    return email === '' ? [] : [{ userId: id, email }];
  });
}
