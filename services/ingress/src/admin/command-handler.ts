import { readsQuery, takesVersion } from '#admin-api/admin-command.ts';
import { bodyBytesOf } from '#admin-api/body-bytes.ts';
import type { CommandRoute } from '#admin-api/commands.ts';
import { parseExactly } from '#admin-api/exact-json.ts';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { giveCommand } from '#admin-api/give-command.ts';
import { fieldsBesidePath } from '#admin-api/read-request.ts';
import { type CommandAnswer, makesSecret } from '#admin-api/write-answer.ts';
import type { AdminPort } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import { queryOf } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import type { AdminHandler } from './admin-callers.ts';
import { etagOf, ifMatchIn, refuseIfMatch } from './if-match.ts';
import { type AdminAnswer, answerAdmin, type Repeatable } from './repeatable.ts';

/** What answers a URL of administration. A change is made once for an `Idempotency-Key`. */
export function commandHandler(admin: AdminPort, route: CommandRoute, once: Repeatable): AdminHandler {
  const { cli, roles } = route.command;
  const handle = handlerOf(admin, route, once);
  return (exchange, params, caller) => {
    // Accounts decides it again. Here nobody sends megabytes, or learns what is wrong with them, for a command they may not give.
    if (!roles.includes(caller.role)) {
      const message = `The role ${caller.role} may not do this (${cli}): it is for ${roles.join(', ')}.`;
      throw new Fault({ code: 'forbidden', message });
    }
    // Dropped in silence, it would let a change through that was to be made of one version alone.
    if (!takesVersion(route.command)) refuseIfMatch(exchange.request.headers);
    return handle(exchange, params, caller);
  };
}

function handlerOf(admin: AdminPort, { command, fixed }: CommandRoute, once: Repeatable): AdminHandler {
  const given = { query: {}, body: {}, idempotencyKey: '', expectedVersion: undefined };
  if (readsQuery(command)) {
    return async (exchange, params, caller) => {
      const query = Object.fromEntries(queryOf(exchange));
      const answer = await giveCommand(admin, command, { ...given, params: { ...params, ...fixed }, query }, caller);
      answerAdmin(exchange, answerOf(answer));
    };
  }
  const bodyFields = command.verb === 'DELETE' ? [] : fieldsBesidePath(command);
  const needsBody = command.kind !== undefined || bodyFields.some((field) => fieldOptionsOf(field).required);
  const isSecret = makesSecret(command);
  return once(
    async ({ params, body, idempotencyKey, repeatText, headers, caller }) => {
      const answer = await giveCommand(
        admin,
        command,
        {
          params: { ...params, ...fixed },
          query: {},
          body: bodyFields.length === 0 ? {} : documentOf(body, needsBody),
          // Not the client's own key: an API key follows from this text.
          idempotencyKey: isSecret ? repeatText : idempotencyKey,
          expectedVersion: ifMatchIn(headers),
        },
        caller,
      );
      return answerOf(answer);
    },
    { readsBody: bodyFields.length > 0, bodyBytes: bodyBytesOf(command.input) },
  );
}

/** A body whose numbers keep their digits. Where no field has to be there, neither has the body. */
function documentOf(body: Buffer, needsBody: boolean): JsonObject {
  if (body.length === 0 && !needsBody) return {};
  // Refuses what is not an object, gives a field twice or is nested beyond reason.
  parseJsonObject(body);
  return parseExactly(body.toString('utf8')) as JsonObject;
}

function answerOf({ status, document, version, isSecret }: CommandAnswer): AdminAnswer {
  const headers = {
    ...(version === undefined ? {} : { etag: etagOf(version) }),
    ...(isSecret ? { 'cache-control': 'no-store' } : {}),
  };
  return { status, document, headers };
}
