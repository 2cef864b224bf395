import * as fields from '#contracts/admin-fields.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import type { IngressDependencies } from '../ports.ts';
import { keyDocument } from './documents.ts';
import { onlyFields, optionalText, requiredText } from './fields.ts';
import type { AdminChange } from './repeatable.ts';

type Dependencies = Pick<IngressDependencies, 'accounts'>;

/** `POST /admin/api-keys/`: the only answer that ever holds the key. */
export function createApiKey({ accounts }: Dependencies): AdminChange {
  return async ({ body: bytes, repeatText }) => {
    const body = parseJsonObject(bytes);
    onlyFields(body, [fields.userId.http, fields.keyName.http]);
    const userId = requiredText(body, fields.userId);
    const name = optionalText(body, fields.keyName);
    // Not the client's own idempotency key: an API key follows from this text.
    const { key, apiKey } = await accounts.createApiKey({ userId, name, idempotencyKey: repeatText });
    const document = { ...keyDocument(key), user_id: userId, api_key: apiKey };
    return { status: 201, document, headers: { 'cache-control': 'no-store' } };
  };
}

/** `POST /admin/api-keys/{keyId}/revoke`: from now on the key authenticates nobody. */
export function revokeApiKey({ accounts }: Dependencies): AdminChange {
  return async ({ params }) => ({
    status: 200,
    document: keyDocument(await accounts.revokeApiKey(params['keyId'] ?? '')),
  });
}
