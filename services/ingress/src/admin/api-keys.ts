import { answerJson } from '../http/answer.ts';
import type { Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { IngressDependencies } from '../ports.ts';
import { keyDocument } from './documents.ts';
import { onlyFields, optionalText, requiredText } from './fields.ts';

type Dependencies = Pick<IngressDependencies, 'accounts'>;

const ID_MAX_CHARACTERS = 64;
const NAME_MAX_CHARACTERS = 200;

/** `POST /admin/api-keys/`: the only answer that ever holds the key. */
export function createApiKey({ accounts }: Dependencies, limits: BodyLimits): Handler {
  return async (exchange) => {
    const body = parseJsonObject(await readBody(exchange, limits));
    onlyFields(body, ['user_id', 'name']);
    const userId = requiredText(body, 'user_id', ID_MAX_CHARACTERS);
    const name = optionalText(body, 'name', NAME_MAX_CHARACTERS);
    const { key, apiKey } = await accounts.createApiKey({ userId, name });
    const document = { ...keyDocument(key), user_id: userId, api_key: apiKey };
    answerJson(exchange, 201, document, { 'cache-control': 'no-store' });
  };
}

/** `POST /admin/api-keys/{keyId}/revoke`: from now on the key authenticates nobody. */
export function revokeApiKey({ accounts }: Dependencies): Handler {
  return async (exchange, params) => {
    answerJson(exchange, 200, keyDocument(await accounts.revokeApiKey(params['keyId'] ?? '')));
  };
}
