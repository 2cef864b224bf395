import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { doneEvent, sseEvent } from '#ai/sse/write-sse-event.ts';
import type { AdminCaller, AdminMethod } from '#contracts/admin.ts';
import { AdminService, type GetResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { streams } from '#contracts/streams.ts';
import { type ErrorCode, errorTable } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { type JsonObject, parseObject } from '#kernel/json.ts';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import { type AnyResource, emptyResource, unwrap, wrap } from '#registry/kinds.ts';
import { chainedLog, type LogEntry } from '#testkit/chained-log.ts';
import { admitted, charged, pricePublished, used } from '#testkit/events.ts';
import { createMemoryAdmin, type MemoryAdmin } from '#testkit/memory-admin.ts';
import type { LogReader } from './log-reader.ts';
import type { SelftestAdmin } from './set-up.ts';

/** What a gateway does wrong, to be noticed. */
export interface Defects {
  readonly chargesMoreBy?: bigint;
  readonly ignoresLimits?: boolean;
  readonly cutsStreams?: boolean;
  readonly countsTwice?: boolean;
  readonly breaksChain?: boolean;
  readonly chargesNothing?: boolean;
  readonly cannotDelete?: string;
  readonly provider?: string;
}

export interface FakeGateway {
  readonly url: string;
  readonly admin: SelftestAdmin;
  readonly log: LogReader;
  readonly memory: MemoryAdmin;
  close(): Promise<unknown>;
}

export const MODEL = 'gpt-small';
const PRICE_KEY = `openai/${MODEL}`;
/** 1 and 4 USD a million. */
const PRICES = { inputPicoUsd: 1_000_000, outputPicoUsd: 4_000_000 };
const USAGE = { input: 12, output: 3 };
const COST = 24n * 1_000n;
const owner: AdminCaller = { actor: 'bootstrap', role: 'owner', address: '', requestId: '' };

/** A gateway of a few lines: enough of one to be tested, and to be wrong. */
export async function startFakeGateway(defects: Defects = {}): Promise<FakeGateway> {
  const memory = createMemoryAdmin();
  const published = pricePublished(PRICE_KEY, PRICES);
  const entries: LogEntry[] = [{ stream: streams.price(PRICE_KEY), ...published }];
  const ran = new Map<string, number>();
  const state: State = { memory, entries, ran, defects };
  await seed(memory, providerOf(state));
  const server = createServer((request, response) => void answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admin: adminOf(state),
    log: logOf(state),
    memory,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

interface State {
  readonly memory: MemoryAdmin;
  readonly entries: LogEntry[];
  /** Requests by user. */
  readonly ran: Map<string, number>;
  readonly defects: Defects;
}

async function seed({ port }: MemoryAdmin, providerId: string): Promise<void> {
  const set = (resource: AnyResource) =>
    port.update(create(AdminService.method.update.input, { resource: wrap(resource) }), owner);
  const provider = { kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', catalogue: 'openai' };
  await set({ case: 'provider', value: { ...emptyResource('provider', providerId), ...provider } });
}

function providerOf({ defects }: State): string {
  return defects.provider ?? 'simulator-openai';
}

function adminOf(state: State): SelftestAdmin {
  const { memory, defects } = state;
  const call = (name: AdminMethod) => async (request: object) => {
    const { input, output } = AdminService.method[name];
    const message = create(input, request as never);
    if (name === 'delete' && defects.cannotDelete === (message as { kind?: string }).kind) {
      throw new Fault({ code: 'unavailable', message: 'The log is away.' });
    }
    if (name === 'listLedger') return create(output, ledgerOf(state, String((message as { id?: string }).id)) as never);
    const given = await memory.port[name](message as never, owner);
    return create(output, (name === 'get' ? withCounts(state, given as GetAnswer) : given) as never);
  };
  const names: readonly (keyof SelftestAdmin)[] = [
    'whoAmI',
    'create',
    'get',
    'list',
    'update',
    'delete',
    'changeBalance',
    'listLedger',
  ];
  return Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as SelftestAdmin;
}

type GetAnswer = MessageInitShape<typeof GetResponseSchema>;

/** The balance of a user less what was charged, and a limit's counter. */
function withCounts({ ran, defects }: State, { resource, version }: GetAnswer): GetAnswer {
  const found = unwrap(resource as never);
  if (found?.case === 'user') {
    const charged = BigInt(ran.get(found.value.id) ?? 0) * costOf(defects);
    const availableUsd = formatUsd(parseUsd(found.value.balance?.creditedUsd ?? '0') - charged);
    const balance = { ...found.value.balance, availableUsd, heldUsd: '0.00' };
    return { version: version ?? 0n, resource: wrap({ case: 'user', value: { ...found.value, balance } as never }) };
  }
  if (found?.case === 'limit') {
    const used = (ran.get(found.value.subject?.id ?? '') ?? 0) * (defects.countsTwice === true ? 2 : 1);
    return { version: version ?? 0n, resource: wrap({ case: 'limit', value: { ...found.value, used: String(used) } }) };
  }
  return { resource: resource as never, version: version ?? 0n };
}

function costOf({ chargesMoreBy = 0n }: Defects): bigint {
  return COST + chargesMoreBy;
}

function ledgerOf({ ran, defects }: State, userId: string) {
  const charge = { type: 'charge', amountUsd: formatUsd(-costOf(defects)) };
  const charges = Array.from({ length: ran.get(userId) ?? 0 }, () => charge);
  return { lines: [...charges, { type: 'credit', amountUsd: '1.00' }], hasMore: false };
}

function logOf({ entries, defects }: State): LogReader {
  const events = () =>
    chainedLog(entries).map((event, index, all) =>
      defects.breaksChain === true && index === all.length - 2 ? { ...event, recordedAtMs: 5 } : event,
    );
  return {
    stream: async (stream) => events().filter((event) => event.stream === stream),
    range: async (from, to) => events().filter(({ position }) => position >= from && position <= to),
  };
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const apiKey = (request.headers.authorization ?? '').replace('Bearer ', '');
  const caller = state.memory.authenticate(apiKey);
  const body = parseObject(await text(request)) ?? {};
  if (caller === undefined) return refuse(response, 'invalid_api_key');
  if (request.url === '/v1/models')
    return void response.end(JSON.stringify({ data: [{ id: MODEL, owned_by: providerOf(state) }] }));
  if (body['model'] !== MODEL) return refuse(response, 'model_not_found');
  const count = state.ran.get(caller.userId) ?? 0;
  const limit = await limitOf(state, caller.userId);
  const isReached = limit !== undefined && count >= Number(limit.amount);
  if (isReached && state.defects.ignoresLimits !== true) {
    return refuse(response, 'quota_exceeded', `The limit ${limit.id} allows ${limit.amount} requests.`);
  }
  const { resource } = await state.memory.port.get({ kind: 'user', id: caller.userId } as never, owner);
  const user = unwrap(resource as never);
  if (user?.case !== 'user' || user.value.balance?.creditedUsd === '0.00')
    return refuse(response, 'insufficient_balance');
  state.ran.set(caller.userId, count + 1);
  const requestId = `r-${state.entries.length}`;
  record(state, requestId, caller);
  response.setHeader('x-request-id', requestId);
  deliver(state, body, response);
}

async function limitOf({ memory }: State, userId: string) {
  const { resources = [] } = await memory.port.list(
    { kind: 'limit', limit: 0, after: '', filters: {} } as never,
    owner,
  );
  const found = resources
    .map((each) => unwrap(each as never))
    .find((each) => each?.case === 'limit' && each.value.subject?.id === userId);
  return found?.case === 'limit' ? found.value : undefined;
}

function refuse(response: ServerResponse, code: ErrorCode, message: string = code): void {
  response.statusCode = errorTable[code].httpStatus;
  response.end(JSON.stringify({ error: { code, message } }));
}

function record({ entries, defects }: State, requestId: string, of: { keyId: string; userId: string }): void {
  const told = { ...of, requestId, multiplierBasisPoints: 10_000 };
  const stream = streams.request(requestId);
  const lines = [
    { unit: 'input', quantity: USAGE.input, pricePicoUsd: String(PRICES.inputPicoUsd) },
    { unit: 'output', quantity: USAGE.output, pricePicoUsd: String(PRICES.outputPicoUsd) },
  ];
  const price = { lines, priceKey: PRICE_KEY, priceVersion: 1 };
  entries.push({ stream, ...admitted({ ...told, model: MODEL }) }, { stream, ...used({ ...told, usage: USAGE }) });
  if (defects.chargesNothing === true) return;
  entries.push({ stream, ...charged({ ...told, ...price, amountNanoUsd: costOf(defects) }) });
}

function deliver({ defects }: State, body: JsonObject, response: ServerResponse): void {
  const usage = { prompt_tokens: USAGE.input, completion_tokens: USAGE.output };
  const call = { id: 'c', type: 'function', function: { name: 'report_number', arguments: '{"number":7}' } };
  const message = body['tools'] === undefined ? { content: 'ok' } : { content: null, tool_calls: [call] };
  if (body['stream'] !== true) return void response.end(JSON.stringify({ choices: [{ message }], usage }));
  response.setHeader('content-type', 'text/event-stream');
  response.write(sseEvent({ choices: [{ delta: message }] }));
  response.write(sseEvent({ choices: [], usage }));
  response.end(defects.cutsStreams === true ? '' : doneEvent);
}
