import assert from 'node:assert/strict';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type AdminCommand, isForHolders } from '#admin-api/admin-command.ts';
import { type CommandRoute, commands, routesOfCommand } from '#admin-api/commands.ts';
import { type AdminRole, adminRoles } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { emptyResource, wrap } from '#registry/kinds.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';
import { until } from './support/until.ts';
import { commandsOf } from './support/who-may-what.ts';

/* Every command of administration, for every role, over every way in: by a token, by a session of the console, and over gRPC. */

// Each request comes from an address of its own: none of them is refused for the wrong ones before it.
const installation = await install({ settings: { rateLimits: { trustedProxies: ['127.0.0.1'] } } });
afterAll(() => installation[Symbol.asyncDispose]());

const routes = commands.flatMap(routesOfCommand);
const NOBODY = 'nobody-of-this-name';
let asked = 0;

interface Told {
  readonly status: number;
  readonly code: string;
}

async function ask({ command, path }: CommandRoute, headers: Readonly<Record<string, string>>): Promise<Told> {
  asked += 1;
  const from = `198.51.${Math.floor(asked / 250)}.${1 + (asked % 250)}`;
  const hasBody = command.verb !== 'GET' && command.verb !== 'DELETE';
  const response = await fetch(`${installation.gateway().url}${path.replaceAll(/\{\w+\}/g, NOBODY)}`, {
    method: command.verb,
    headers: { 'x-forwarded-for': from, ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    // Whoever may give the command learns that there is no such field. So no command does anything.
    ...(hasBody ? { body: '{"no_such_field": 1}' } : {}),
  });
  const document = JSON.parse((await response.text()) || '{}') as { readonly code?: string };
  return { status: response.status, code: document.code ?? '' };
}

async function makeToken(fields: Readonly<Record<string, string>>): Promise<string> {
  const { status, document } = await installation.admin.call<{ token: string }>('POST', '/admin/admin-tokens', {
    body: { name: 'test', ...fields },
  });
  assert.equal(status, 201, JSON.stringify(document));
  return document.token;
}

async function openSession(token: string): Promise<string> {
  const response = await until('the token to be known', async () => {
    const answer = await fetch(`${installation.gateway().url}/console/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gateway-console': '1' },
      body: JSON.stringify({ token }),
    });
    await answer.arrayBuffer();
    return answer.status === 201 ? answer : undefined;
  });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

const ofConsole = (cookie: string) => ({ cookie, 'x-gateway-console': '1', 'sec-fetch-site': 'same-origin' });

interface Person {
  readonly role: AdminRole;
  readonly token: string;
  readonly cookie: string;
}

const people: readonly Person[] = await Promise.all(
  adminRoles.map(async (role) => {
    const isHolder = role === 'holder';
    const ofUser = isHolder ? { user_id: (await installation.customer()).userId } : {};
    const token = await makeToken({ role, ...ofUser });
    const cookie = await openSession(token);
    const own = routes.find(({ path }) => path === (isHolder ? '/v1/me' : '/admin/whoami'));
    assert.ok(own !== undefined);
    await until('the session to be known', async () => (await ask(own, ofConsole(cookie))).status === 200 || undefined);
    return { role, token, cookie };
  }),
);

const logPosition = async (): Promise<number> => (await installation.stats()).log.position;

test('the options of every command say what the table of roles says', () => {
  for (const role of adminRoles) {
    const allowed = commands.filter(({ roles }) => roles.includes(role)).map(({ cli }) => cli);
    assert.deepEqual(allowed.sort(), [...commandsOf(role)].sort(), role);
  }
});

test('each role gives its commands and no other, with a token and in the console', async () => {
  const before = await logPosition();
  for (const { role, token, cookie } of people) {
    const own = commandsOf(role);
    const ways = { token: { authorization: `Bearer ${token}` }, console: ofConsole(cookie) };
    for (const [way, headers] of Object.entries(ways)) {
      for (const route of routes) {
        const told = await ask(route, headers);
        const what = `${role} by ${way}: ${route.command.verb} ${route.path} (${route.command.cli}): ${JSON.stringify(told)}`;
        if (own.has(route.command.cli)) assert.ok(told.status < 500 && ![401, 403].includes(told.status), what);
        else assert.deepEqual(told, { status: 403, code: 'forbidden' }, what);
      }
    }
  }
  assert.equal(await logPosition(), before, 'and what is refused stands in no log');
});

test('nobody gives any command without a token, with a wrong one, or with what is none', async () => {
  const { apiKey } = await installation.customer({ creditUsd: '' });
  const code = await makeToken({
    role: 'owner',
    purpose: 'sign_in',
    expires_at: new Date(Date.now() + 600_000).toISOString(),
  });
  const owner = people.find(({ role }) => role === 'owner');
  assert.ok(owner !== undefined);
  const { cookie, token } = owner;
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const ways: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    nothing: {},
    'a wrong token': bearer('at_nobody'),
    'an API key': bearer(apiKey),
    'a sign-in code': bearer(code),
    'a session’s token': bearer(cookie.split('=')[1] ?? ''),
    'a session without the console’s header': { cookie },
    'a session from another site': { ...ofConsole(cookie), 'sec-fetch-site': 'cross-site' },
    'a session from another port': { ...ofConsole(cookie), 'sec-fetch-site': 'same-site' },
    'a token as a session': ofConsole(`gateway_console=${token}`),
    'a code as a session': ofConsole(`gateway_console=${code}`),
    'a session beside a wrong token': { ...ofConsole(cookie), ...bearer('at_nobody') },
  };
  for (const [way, headers] of Object.entries(ways)) {
    for (const route of routes) {
      const told = await ask(route, headers);
      const what = `${way}: ${route.path}`;
      // What a key may do at a holder's own commands is told in holders.e2e.spec.ts.
      if (isForHolders(route.command) && way === 'an API key') continue;
      assert.equal(told.status, 401, what);
      // Without anything that is an admin token, a holder is asked for an API key.
      const codes = isForHolders(route.command) ? ['invalid_admin_token', 'invalid_api_key'] : ['invalid_admin_token'];
      assert.ok(codes.includes(told.code), `${what}: ${told.code}`);
    }
  }
});

/** What gRPC is asked: of what nobody has, with a field that nothing has. */
function requestOf({ kind }: AdminCommand): object {
  if (kind === undefined) return { id: NOBODY };
  const resource = wrap({ case: kind.kind, value: emptyResource(kind.kind, NOBODY) } as never);
  return { kind: kind.kind, id: NOBODY, resource, fields: ['no_such_field'] };
}

type Call = (request: unknown, options?: object) => Promise<unknown>;

/** The code of what a call is refused with; empty: it is answered. */
async function grpcCodes(token: string, given: readonly AdminCommand[], options = {}): Promise<readonly string[]> {
  const addresses = installation.gateway().grpcAddress.split(',');
  const client = createGrpcClient(AdminService, { addresses, adminToken: token });
  const codes: string[] = [];
  try {
    for (const command of given) {
      const { input } = AdminService.method[command.method];
      const known = Object.entries(requestOf(command)).filter(([name]) => name in input.field);
      const request = Object.fromEntries(known) as MessageInitShape<typeof input>;
      const call = client.calls[command.method] as Call;
      codes.push(
        await call(request, options).then(
          () => '',
          (error: unknown) => {
            assert.ok(error instanceof Fault, String(error));
            return error.code;
          },
        ),
      );
    }
  } finally {
    client.close();
  }
  return codes;
}

test('over gRPC each role gives the same commands, whoever it says that it is', async () => {
  for (const { role, token } of people) {
    const own = commandsOf(role);
    const caller = { actor: 'bootstrap', role: 'owner', address: '', requestId: 'r' };
    for (const options of [{}, { caller }]) {
      const codes = await grpcCodes(token, commands, options);
      for (const [at, command] of commands.entries()) {
        const isRefused = ['forbidden', 'invalid_admin_token'].includes(codes[at] ?? '');
        assert.equal(isRefused, !own.has(command.cli), `${role}: ${command.cli}: ${codes[at]}`);
      }
    }
  }
});

test('over gRPC a session, a code and a wrong token are nobody', async () => {
  const session = people[0]?.cookie.split('=')[1] ?? '';
  for (const token of [session, 'at_nobody']) {
    // Who goes on guessing is told to leave off.
    for (const code of await grpcCodes(token, commands))
      assert.match(code, /^(invalid_admin_token|rate_limit_exceeded)$/);
  }
});
