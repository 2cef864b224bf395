import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { Identify } from '../access/identify.ts';
import { hasModelRules } from '../access/permissions.ts';
import { answerJson } from '../http/answer.ts';
import { type Handler, queryOf } from '../http/exchange.ts';
import type { IngressDependencies } from '../ports.ts';
import type { Route } from '../route.ts';
import { cancelHandler } from './background/cancel-response.ts';
import { type ItemPage, itemDocument, listDocument, noItem, pageOf } from './item-page.ts';
import { notFound, type ResponseAccess } from './response-access.ts';

/** `/v1/responses/{id}` and what is below it: responses that were kept for their owners, or are made in the background. */
export function responseRoutes(
  { responses: store, runs }: Pick<IngressDependencies, 'responses' | 'runs'>,
  { own, current, show, here }: ResponseAccess,
  identify: Identify,
): readonly Route[] {
  const read: Handler = async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    const query = queryOf(exchange);
    await show(exchange, caller, id, query.get('stream') === 'true' ? { after: startingAfter(query) } : null);
  };

  const remove: Handler = async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    if (hasModelRules(caller)) await own(caller, id);
    if (!(await store.remove(caller.userId, id))) throw new Fault(notFound(id));
    here.ended(caller.userId, id);
    answerJson(exchange, 200, { id, object: 'response', deleted: true });
  };

  const listInput: Handler = async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    const page = pageOf(queryOf(exchange));
    const { input } = await own(caller, id);
    answerJson(exchange, 200, itemsDocument(id, input, page));
  };

  return [
    {
      path: '/v1/responses/:id',
      query: ['include', 'include[]', 'include_obfuscation', 'starting_after', 'stream'],
      methods: { GET: read, DELETE: remove },
    },
    { path: '/v1/responses/:id/cancel', methods: { POST: cancelHandler(identify, current, { runs, here }) } },
    {
      path: '/v1/responses/:id/input_items',
      query: ['after', 'limit', 'order', 'include', 'include[]'],
      methods: { GET: listInput },
    },
  ];
}

/** The event that a client has, by its sequence number; -1: none. */
function startingAfter(query: URLSearchParams): number {
  const given = query.get('starting_after');
  if (given === null) return -1;
  const seq = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(seq)) {
    throw new Fault(invalid("'starting_after' is the sequence number of an event.", 'starting_after'));
  }
  return seq;
}

/** Items get ids by their places, where the client gave them none. */
function itemsDocument(responseId: string, input: readonly string[], { after, limit, isAscending }: ItemPage) {
  const items = input.map((text, at) => itemDocument(text, `item_${responseId}_${at}`));
  const ordered = isAscending ? items : items.toReversed();
  const start = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) throw new Fault(noItem(after));
  const data = ordered.slice(start, start + limit);
  return listDocument(data, start + limit < ordered.length);
}
