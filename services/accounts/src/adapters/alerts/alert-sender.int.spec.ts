import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createOutwardGuard } from '#config/outward-guard.ts';
import { AlertChannelSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { compileAddressRanges } from '#kernel/address-ranges.ts';
import { makeCertificate } from '#testkit/temporary-authority.ts';
import { afterAll, beforeAll, type Scope, test } from '#testkit/test.ts';
import type { AlertMessage } from '../../domain/alert/alert-message.ts';
import { createAlertSender } from './alert-sender.ts';
import { createOutwardPost } from './outward-post.ts';
import { createSendEmail } from './send-email.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const SECRET_BYTES = Buffer.alloc(24, 9);
const SECRET = `whsec_${SECRET_BYTES.toString('base64')}`;
const FROM = 'gateway@sender.example';

const message: AlertMessage = {
  alertId: '0199-alert',
  ruleId: 'limits',
  kind: 'limit_used',
  subject: { kind: 'team', id: 't-1', name: 'R&D <ops>\r\nBcc: eve@example.com' },
  threshold: '80 %',
  facts: { used: '81', amount: '100', unit: 'requests', period: 'day' },
  raisedAtMs: NOW_MS,
};

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const received: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
const receiver = createServer(async (request, response) => {
  received.push({ headers: request.headers, body: (await request.toArray()).join('') });
  answer(request, response);
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`;
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

function sender({ allowed = ['127.0.0.0/8'], smtpUrl = '', timeoutMs = 20_000 } = {}) {
  const places = { all: false, names: new Set<string>(), origins: new Set<string>() };
  const guard = createOutwardGuard({ ...places, ranges: compileAddressRanges(allowed) });
  const send = createAlertSender({
    outward: createOutwardPost({ guard, timeoutMs }),
    sendEmail: smtpUrl === '' ? undefined : createSendEmail({ url: smtpUrl, from: FROM }),
    // What is sealed in these tests stands behind a word.
    open: (sealed, boundTo) => (sealed.startsWith(`${boundTo}=`) ? sealed.slice(boundTo.length + 1) : undefined),
    clock: () => NOW_MS,
  });
  return (fields: MessageInitShape<typeof AlertChannelSchema>) => send(create(AlertChannelSchema, fields), message);
}

const hook = (to = url) => ({
  id: 'hook',
  kind: 'webhook',
  url: to,
  sealedSigningSecret: `alert-channel/hook signing_secret=${SECRET}`,
});

test('a webhook is signed over its id, its time and its very bytes', async () => {
  answer = (_request, response) => response.writeHead(202).end('taken');
  const sent = await sender()(hook());
  assert.deepEqual([sent.isDelivered, sent.status, sent.said], [true, 202, 'taken']);
  const { headers, body } = received.at(-1) ?? assert.fail('nothing came');
  assert.equal(headers['webhook-id'], message.alertId);
  assert.equal(headers['webhook-timestamp'], String(NOW_MS / 1_000));
  const signed = `${message.alertId}.${NOW_MS / 1_000}.${body}`;
  assert.equal(
    headers['webhook-signature'],
    `v1,${createHmac('sha256', SECRET_BYTES).update(signed).digest('base64')}`,
  );
  const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
  assert.deepEqual(
    [type, data['id'], data['rule'], data['threshold']],
    ['alert.raised', '0199-alert', 'limits', '80 %'],
  );
});

test('an answer of 429 says when to come again; a redirect is not followed; an error is no delivery', async () => {
  answer = (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end();
  const busy = await sender()(hook());
  assert.deepEqual([busy.isDelivered, busy.isFinal, busy.retryAfterMs], [false, false, 7_000]);
  const count = received.length;
  answer = (_request, response) => response.writeHead(307, { location: url }).end();
  const moved = await sender()(hook());
  assert.deepEqual([moved.isDelivered, moved.isFinal, received.length], [false, true, count + 1]);
  answer = (_request, response) => response.writeHead(500).end('no\n\tway');
  const broken = await sender()(hook());
  assert.deepEqual(
    [broken.isDelivered, broken.isFinal, broken.reason, broken.said],
    [false, false, 'HTTP 500', 'no way'],
  );
  answer = (request) => request.socket.destroy();
  const cut = await sender()(hook());
  assert.deepEqual([cut.isDelivered, cut.isFinal, cut.status], [false, false, 0]);
});

test('a receiver that hangs is given up in time, and one that talks without end is not listened to', async () => {
  answer = () => undefined;
  const hanging = await sender({ timeoutMs: 50 })(hook());
  assert.deepEqual([hanging.isDelivered, hanging.isFinal, hanging.reason], [false, false, 'no answer within 50 ms']);
  answer = (_request, response) => {
    response.writeHead(200);
    const talk = (): void => {
      if (!response.destroyed && response.write('x'.repeat(64 * 1024))) setImmediate(talk);
    };
    response.on('drain', talk);
    response.on('error', () => undefined);
    talk();
  };
  const talking = await sender()(hook());
  assert.deepEqual([talking.isDelivered, talking.said.length], [true, 500]);
});

test('private and metadata addresses are not connected to', async () => {
  const count = received.length;
  const send = sender({ allowed: [] });
  for (const [to, why] of [
    [url, /private address/],
    [url.replace('127.0.0.1', 'localhost'), /private network/],
    ['http://169.254.169.254/latest', /metadata/],
  ] as const) {
    const sent = await send(hook(to));
    assert.equal(sent.isFinal, true, to);
    assert.match(sent.reason, why, to);
  }
  assert.equal(received.length, count);
});

test('Slack gets blocks in which no text of an alert is markup', async () => {
  answer = (_request, response) => response.end('ok');
  const sent = await sender()({ id: 'chat', kind: 'slack', sealedSlackUrl: `alert-channel/chat slack_url=${url}` });
  assert.deepEqual([sent.isDelivered, sent.said], [true, 'ok']);
  const { text, blocks } = JSON.parse(received.at(-1)?.body ?? '') as { text: string; blocks: unknown[] };
  assert.match(text, /R&amp;D &lt;ops&gt; Bcc: eve@example\.com\) is used to 80 %: 81 of 100 requests a day\.$/);
  assert.equal(blocks.length, 2);
});

test('a secret that does not open is said so, and may open later', async () => {
  const sent = await sender()({ ...hook(), sealedSigningSecret: 'of another key' });
  assert.deepEqual(
    [sent.isDelivered, sent.isFinal, sent.reason],
    [false, false, 'signing_secret does not open under GATEWAY_MASTER_KEY'],
  );
});

/** A mail server that keeps what it gets. */
async function mailServer({ defer }: Scope, options: SMTPServerOptions) {
  const mails: {
    readonly to: readonly string[];
    readonly text: string;
    readonly isSecure: boolean;
    readonly user: unknown;
  }[] = [];
  const server = new SMTPServer({
    ...options,
    onAuth: ({ username, password }, _session, done) =>
      password === 'right' ? done(null, { user: username }) : done(new Error('wrong')),
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('gone') ? done(Object.assign(new Error('no such mailbox'), { responseCode: 550 })) : done(),
    async onData(stream, session, done) {
      const text = (await stream.toArray()).join('');
      const to = session.envelope.rcptTo.map(({ address }) => address);
      mails.push({ to, text, isSecure: session.secure, user: session.user });
      done();
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(() => new Promise<void>((resolve) => server.close(resolve)));
  return { mails, port: (server.server.address() as AddressInfo).port };
}

const mail = (addresses: string) => ({
  id: 'people',
  kind: 'email',
  sealedAddresses: `alert-channel/people addresses=${addresses}`,
});

test('a mail without TLS is plain text to all addresses, and no text of an alert makes a header', async (scope) => {
  const { mails, port } = await mailServer(scope, { authOptional: true, disabledCommands: ['STARTTLS'] });
  const sent = await sender({ smtpUrl: `smtp://127.0.0.1:${port}` })(mail('ada@one.example, bob@two.example'));
  assert.deepEqual([sent.isDelivered, sent.status], [true, 250]);
  const [first] = mails;
  assert.deepEqual(first?.to, ['ada@one.example', 'bob@two.example']);
  assert.equal(first?.isSecure, false);
  const [head = ''] = first?.text.split('\r\n\r\n') ?? [];
  assert.match(head, /^Message-ID: <0199-alert\.people@sender\.example>/im);
  assert.match(head, /^Content-Type: text\/plain/im);
  assert.doesNotMatch(head, /^Bcc:/im);
  assert.doesNotMatch(head, /eve@example\.com[\s\S]*^To:.*eve/im);
  assert.match(first?.text ?? '', /Rule: limits/);
});

test('a password is sent over TLS alone: by STARTTLS, or from the beginning', async (scope) => {
  const folder = mkdtempSync(join(tmpdir(), 'smtp-'));
  scope.defer(() => rmSync(folder, { recursive: true }));
  const { certFile, keyFile, caFile } = makeCertificate(folder, 'mail');
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, readFileSync(caFile, 'utf8')]);
  scope.defer(() => setDefaultCACertificates(trusted));
  const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };

  const upgraded = await mailServer(scope, files);
  const wrapped = await mailServer(scope, { ...files, secure: true });
  for (const [server, scheme] of [
    [upgraded, 'smtp'],
    [wrapped, 'smtps'],
  ] as const) {
    const sent = await sender({ smtpUrl: `${scheme}://user:right@localhost:${server.port}` })(mail('ada@one.example'));
    assert.equal(sent.isDelivered, true, `${scheme}: ${sent.reason} ${sent.said}`);
    assert.deepEqual([server.mails[0]?.isSecure, server.mails[0]?.user], [true, 'user'], scheme);
    const wrong = await sender({ smtpUrl: `${scheme}://user:wrong@localhost:${server.port}` })(mail('ada@one.example'));
    assert.deepEqual([wrong.isDelivered, wrong.isFinal], [false, false], scheme);
  }
  const open = await mailServer(scope, { disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
  const refused = await sender({ smtpUrl: `smtp://user:right@localhost:${open.port}` })(mail('ada@one.example'));
  assert.deepEqual([refused.isDelivered, open.mails.length], [false, 0]);
});

test('a mailbox that is gone ends it, a server that is away does not, and the log gets no address', async (scope) => {
  const { port } = await mailServer(scope, { authOptional: true, disabledCommands: ['STARTTLS'] });
  const gone = await sender({ smtpUrl: `smtp://127.0.0.1:${port}` })(mail('gone@one.example'));
  assert.deepEqual([gone.isDelivered, gone.isFinal, gone.status], [false, true, 550]);
  assert.doesNotMatch(gone.reason, /one\.example/);
  const away = await sender({ smtpUrl: 'smtp://127.0.0.1:1' })(mail('ada@one.example'));
  assert.deepEqual([away.isDelivered, away.isFinal], [false, false]);
  const unset = await sender()(mail('ada@one.example'));
  assert.match(unset.reason, /GATEWAY_SMTP_URL/);
});
