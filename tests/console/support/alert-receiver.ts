import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '#testkit/test.ts';

/** What came in by webhook, and under which headers. */
export interface ReceivedAlert {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AlertReceiver {
  readonly url: string;
  /** In the order in which they came. */
  readonly received: readonly ReceivedAlert[];
  /** What the next ones are answered with; 200 at first. */
  answerWith(status: number): void;
}

/** A receiver of webhooks, as somebody who is to be alerted runs it. It ends with the tests of the file. */
export async function startAlertReceiver(): Promise<AlertReceiver> {
  const received: ReceivedAlert[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    received.push({ headers: request.headers, body });
    response.writeHead(status).end('taken note of');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    received,
    answerWith(next) {
      status = next;
    },
  };
}

/** Checks a signature as Standard Webhooks has it. Throws where it is of something else, or under another secret. */
export function assertSigned({ headers, body }: ReceivedAlert, secret: string): void {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const right = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  const given = Buffer.from(String(headers['webhook-signature']));
  assert.ok(given.length === right.length && timingSafeEqual(given, right), 'the signature is not right');
}
