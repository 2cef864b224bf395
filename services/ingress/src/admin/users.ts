import { creditAmount, creditReason, email, multiplier, requestsPerMinute, userName } from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { answerJson } from '../http/answer.ts';
import { balanceDocument } from '../http/balance-document.ts';
import { type Handler, queryOf } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { readBalance, readBalances } from '../http/read-balances.ts';
import type { IngressDependencies } from '../ports.ts';
import { refuseInCallersWords } from './callers-words.ts';
import { readCreditAmount } from './credit-amount.ts';
import { userDocument } from './documents.ts';
import { onlyFields, optionalCount, optionalText, requiredEmail, requiredText } from './fields.ts';
import { multiplierBasisPoints } from './multiplier.ts';
import type { AdminChange } from './repeatable.ts';

type Dependencies = Pick<IngressDependencies, 'accounts' | 'balances'>;

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

/** `POST /admin/users/`. */
export function createUser({ accounts, balances }: Dependencies): AdminChange {
  return async ({ body: bytes, idempotencyKey }) => {
    const body = parseJsonObject(bytes);
    onlyFields(body, [userName.http, email.http, requestsPerMinute.http, multiplier.http]);
    const user = await accounts.createUser({
      name: requiredText(body, userName),
      email: requiredEmail(body, email),
      requestsPerMinute: optionalCount(body, requestsPerMinute),
      multiplierBasisPoints: multiplierBasisPoints(body[multiplier.http]),
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
    const users = await accounts.listUsers(asked).catch(refuseInCallersWords);
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
    onlyFields(body, [creditAmount.http, creditReason.http]);
    const amountNanoUsd = readCreditAmount(body[creditAmount.http]);
    const { creditId } = await accounts.creditBalance({
      userId,
      amountNanoUsd,
      reason: optionalText(body, creditReason),
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

function pageLimit(text: string | null): number {
  if (text === null) return PAGE_DEFAULT;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE_MAX) return limit;
  throw new Fault(invalid(`'limit' must be an integer from 1 to ${PAGE_MAX}.`, 'limit'));
}
