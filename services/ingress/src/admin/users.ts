import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { answerJson } from '../http/answer.ts';
import { balanceDocument } from '../http/balance-document.ts';
import { type Handler, queryOf } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { readBalance, readBalances } from '../http/read-balances.ts';
import type { IngressDependencies } from '../ports.ts';
import { creditAmount } from './credit-amount.ts';
import { userDocument } from './documents.ts';
import { onlyFields, optionalCount, optionalText, requiredText } from './fields.ts';
import { multiplierBasisPoints } from './multiplier.ts';
import type { AdminChange } from './repeatable.ts';

type Dependencies = Pick<IngressDependencies, 'accounts' | 'balances'>;

const NAME_MAX_CHARACTERS = 200;
const EMAIL_MAX_CHARACTERS = 254;
const REASON_MAX_CHARACTERS = 500;
const REQUESTS_PER_MINUTE_MAX = 1_000_000;
const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

/** `POST /admin/users/`. */
export function createUser({ accounts, balances }: Dependencies): AdminChange {
  return async ({ body: bytes, idempotencyKey }) => {
    const body = parseJsonObject(bytes);
    onlyFields(body, ['name', 'email', 'requests_per_minute', 'multiplier']);
    const user = await accounts.createUser({
      name: requiredText(body, 'name', NAME_MAX_CHARACTERS),
      email: emailOf(body),
      requestsPerMinute: optionalCount(body, 'requests_per_minute', REQUESTS_PER_MINUTE_MAX),
      multiplierBasisPoints: multiplierBasisPoints(body['multiplier']),
      idempotencyKey,
    });
    return { status: 201, document: userDocument(user, await readBalance(balances, user.userId)) };
  };
}

/** `GET /admin/users/{userId}`: the user with keys and balance. */
export function getUser({ accounts, balances }: Dependencies): Handler {
  return async (exchange, params) => {
    const user = await accounts.getUser(params['userId'] ?? '');
    answerJson(exchange, 200, userDocument(user, await readBalance(balances, user.userId)));
  };
}

/** `GET /admin/users/?limit=20&after=USER_ID`: a page of users in the order of their ids. */
export function listUsers({ accounts, balances }: Dependencies): Handler {
  return async (exchange) => {
    const query = queryOf(exchange);
    const limit = pageLimit(query.get('limit'));
    // One more than is shown tells whether there are more.
    const asked = { afterUserId: query.get('after') ?? '', limit: limit + 1 };
    const users = await accounts.listUsers(asked).catch(refusedByQueryName);
    const page = users.slice(0, limit);
    const balanceOf = await readBalances(
      balances,
      page.map((user) => user.userId),
    );
    answerJson(exchange, 200, {
      object: 'list',
      data: page.map((user) => userDocument(user, balanceOf(user.userId))),
      has_more: users.length > limit,
      last_id: page.at(-1)?.userId ?? null,
    });
  };
}

/** `POST /admin/users/{userId}/balance`: adds money to the prepaid balance. */
export function creditBalance({ accounts, balances }: Dependencies): AdminChange {
  return async ({ params, body: bytes, idempotencyKey }) => {
    const userId = params['userId'] ?? '';
    const body = parseJsonObject(bytes);
    onlyFields(body, ['amount_usd', 'reason']);
    const amountNanoUsd = creditAmount(body['amount_usd']);
    const { creditId } = await accounts.creditBalance({
      userId,
      amountNanoUsd,
      reason: optionalText(body, 'reason', REASON_MAX_CHARACTERS),
      idempotencyKey,
    });
    const document = {
      object: 'credit',
      id: creditId,
      user_id: userId,
      amount_usd: formatUsd(amountNanoUsd),
      balance: balanceDocument(await readBalance(balances, userId)),
    };
    return { status: 200, document };
  };
}

function emailOf(body: JsonObject): string {
  const email = requiredText(body, 'email', EMAIL_MAX_CHARACTERS);
  if (/^[^\s@]+@[^\s@]+$/.test(email)) return email;
  throw new Fault(invalid("'email' must be an e-mail address.", 'email'));
}

/** Accounts names the field of its own request; the client knows the parameter. */
function refusedByQueryName(thrown: unknown): never {
  if (!(thrown instanceof Fault) || thrown.refusal.param !== 'after_user_id') throw thrown;
  throw new Fault(invalid("'after' must be the id of the last user of the page before.", 'after'));
}

function pageLimit(text: string | null): number {
  if (text === null) return PAGE_DEFAULT;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE_MAX) return limit;
  throw new Fault(invalid(`'limit' must be an integer from 1 to ${PAGE_MAX}.`, 'limit'));
}
