import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { Identity } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Identify } from '../../access/identify.ts';
import { answerBytes, answerJson } from '../../http/answer.ts';
import { JSON_TYPE } from '../../http/error-form.ts';
import { type Exchange, type Handler, queryOf } from '../../http/exchange.ts';
import { parseJsonObject } from '../../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../../http/read-body.ts';
import type { IngressDependencies } from '../../ports.ts';
import type { Route } from '../../route.ts';
import { createAssertReadable } from '../assert-readable.ts';
import { daysKept } from '../conversation.ts';
import { itemDocument, listDocument, noItem, pageOf } from '../item-page.ts';
import type { Conversation, ConversationItem } from './conversation-store.ts';
import { newConversationId, sentItem } from './new-items.ts';
import { keepsNoConversations, noConversation } from './no-conversation.ts';
import { itemsIn, metadataIn } from './read-fields.ts';

/** The user of a request and the conversation that it names. */
interface Place {
  readonly caller: Identity;
  readonly id: string;
}

/** `/v1/conversations` and what is below it. Nobody but their user finds them. */
export function conversationRoutes(
  dependencies: Pick<IngressDependencies, 'conversations' | 'models' | 'registry'>,
  identify: Identify,
  limits: BodyLimits,
): readonly Route[] {
  const { conversations: store, registry } = dependencies;
  const assertReadable = createAssertReadable(dependencies);

  const found = async ({ caller, id }: Place): Promise<Conversation> => {
    const conversation = await store.read(caller.userId, id);
    if (conversation === undefined) throw new Fault(noConversation(id, 'conversation_id'));
    return conversation;
  };

  async function bodyOf(exchange: Exchange): Promise<JsonObject> {
    const bytes = await readBody(exchange, limits);
    // Its bounds are checked on what it says, and its digits are kept.
    parseJsonObject(bytes);
    return parseObjectKeptDigits(bytes.toString()) ?? {};
  }

  /** An item as it is shown to a key that may use the model which gave it. */
  const shown = (caller: Identity, { id, json, model }: ConversationItem): JsonObject => {
    if (model !== '') assertReadable(caller, { response: JSON.stringify({ model }) }, 'conversation_id');
    return { ...itemDocument(json, id), id, status: 'completed' };
  };

  const create: Handler = async (exchange) => {
    const { userId } = await identify(exchange);
    const { keepsNoResponses, responsesKeptDays } = registry.settings();
    if (keepsNoResponses) throw new Fault(keepsNoConversations());
    const body = await bodyOf(exchange);
    const begun = { id: newConversationId(), metadata: metadataIn(body) };
    const items = itemsIn(body).map((item) => sentItem(writeJson(item)));
    const created = await store.create(userId, begun, items, daysKept(responsesKeptDays));
    if (created === 'full') throw new Fault(full);
    answerJson(exchange, 200, conversationDocument(created));
  };

  const update: Handler = async (exchange, { id = '' }) => {
    const { userId } = await identify(exchange);
    const metadata = metadataIn(await bodyOf(exchange));
    const changed = await store.setMetadata(userId, id, metadata);
    if (changed === undefined) throw new Fault(noConversation(id, 'conversation_id'));
    answerJson(exchange, 200, conversationDocument(changed));
  };

  const remove: Handler = async (exchange, { id = '' }) => {
    const { userId } = await identify(exchange);
    if (!(await store.remove(userId, id))) throw new Fault(noConversation(id, 'conversation_id'));
    answerJson(exchange, 200, { id, object: 'conversation.deleted', deleted: true });
  };

  const read: Handler = async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    answerJson(exchange, 200, conversationDocument(await found({ caller, id })));
  };

  return [
    { path: '/v1/conversations', methods: { POST: create } },
    { path: '/v1/conversations/:id', methods: { GET: read, POST: update, DELETE: remove } },
    ...itemRoutes({ store, registry, identify, found, shown, bodyOf }),
  ];
}

function itemRoutes(parts: {
  readonly store: IngressDependencies['conversations'];
  readonly registry: Pick<IngressDependencies['registry'], 'settings'>;
  readonly identify: Identify;
  readonly found: (place: Place) => Promise<Conversation>;
  readonly shown: (caller: Identity, item: ConversationItem) => JsonObject;
  readonly bodyOf: (exchange: Exchange) => Promise<JsonObject>;
}): readonly Route[] {
  const { store, registry, identify, found, shown, bodyOf } = parts;

  const list: Handler = async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    const page = pageOf(queryOf(exchange));
    await found({ caller, id });
    const items = await store.page(caller.userId, id, page);
    if (items === undefined) throw new Fault(noItem(page.after ?? ''));
    const data = items.slice(0, page.limit).map((item) => shown(caller, item));
    answerText(exchange, listDocument(data, items.length > page.limit));
  };

  const add: Handler = async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    const { keepsNoResponses, responsesKeptDays } = registry.settings();
    if (keepsNoResponses) throw new Fault(keepsNoConversations());
    const items = itemsIn(await bodyOf(exchange)).map((item) => sentItem(writeJson(item)));
    if (items.length === 0) throw new Fault(invalid("'items' has at least one item.", 'items'));
    const added = await store.append(caller.userId, id, items, daysKept(responsesKeptDays));
    if (added === 'missing') throw new Fault(noConversation(id, 'conversation_id'));
    if (added === 'full') throw new Fault(full);
    answerText(
      exchange,
      listDocument(
        items.map((item) => shown(caller, item)),
        false,
      ),
    );
  };

  const readItem: Handler = async (exchange, { id = '', item_id: itemId = '' }) => {
    const caller = await identify(exchange);
    await found({ caller, id });
    const item = await store.item(caller.userId, id, itemId);
    if (item === undefined) throw new Fault(missing(itemId));
    answerText(exchange, shown(caller, item));
  };

  const removeItem: Handler = async (exchange, { id = '', item_id: itemId = '' }) => {
    const caller = await identify(exchange);
    const conversation = await found({ caller, id });
    if (!(await store.removeItem(caller.userId, id, itemId))) throw new Fault(missing(itemId));
    answerJson(exchange, 200, conversationDocument(conversation));
  };

  return [
    {
      path: '/v1/conversations/:id/items',
      query: ['after', 'limit', 'order', 'include', 'include[]'],
      methods: { GET: list, POST: add },
    },
    {
      path: '/v1/conversations/:id/items/:item_id',
      query: ['include', 'include[]'],
      methods: { GET: readItem, DELETE: removeItem },
    },
  ];
}

function answerText(exchange: Exchange, document: JsonObject): void {
  answerBytes(exchange, 200, writeJson(document), { 'content-type': JSON_TYPE });
}

function conversationDocument({ id, createdAtS, metadata }: Conversation) {
  return { id, object: 'conversation', created_at: createdAtS, metadata };
}

const full = invalid('The conversation is full: begin another one.', 'items');

function missing(itemId: string) {
  const message = `Item with id '${itemId.slice(0, 64)}' not found.`;
  return { code: 'not_found' as const, message, param: 'item_id' };
}
