import type { LookupAddress } from 'node:dns';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { spokenBy } from '#ai/providers/spoken-by.ts';
import { createOutwardGuard, type LookUp } from '#config/outward-guard.ts';
import type { Clock } from '#kernel/clock.ts';
import { policy } from '#testkit/policy.ts';
import type { Scope } from '#testkit/test.ts';
import { defaultLimits, type ProviderConfig } from '../config.ts';
import { CallFault, type Provider, type ProviderCall, type ResponseHead } from '../ports.ts';
import { thisMachine } from '../testing.ts';
import { openHttpProvider } from './http-provider.ts';

interface Surroundings {
  readonly dns?: LookUp;
  readonly now?: () => number;
  readonly clock?: Clock;
}

/** A provider of a test, to be called without a router around it. It is closed with the test. */
export function httpProvider(
  test: Scope,
  baseUrl: string,
  { dns, now, clock, ...more }: Partial<ProviderConfig> & Surroundings = {},
): Provider {
  const spoken = spokenBy(policy.provider({ id: 'p', baseUrl }).value);
  const config: ProviderConfig = { name: 'p', baseUrl, apiKey: 'sk-secret', spoken, ...more };
  const guard = createOutwardGuard(thisMachine, dns);
  const provider = openHttpProvider(config, {
    limits: defaultLimits,
    guard,
    clock,
    ...(now === undefined ? {} : { now }),
  });
  if ('fault' in provider) throw new Error(provider.fault);
  test.defer(() => provider.close());
  return provider;
}

/** One small call. */
export function ask(provider: Provider, path = '/v1/chat/completions'): ProviderCall {
  const body = Buffer.from('{"model":"m","messages":[]}');
  return provider.call({ path, headers: {}, body, requestId: 'r', isStream: false });
}

export type Ended =
  | { readonly head: ResponseHead; readonly text: string }
  | { readonly fault: CallFault; readonly head: ResponseHead | null };

/** Reads an answer to its end, or to the fault that ends it. */
export async function endOf(call: ProviderCall): Promise<Ended> {
  let head: ResponseHead | null = null;
  try {
    head = await call.head;
    const parts: Buffer[] = [];
    for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) parts.push(bytes);
    return { head, text: Buffer.concat(parts).toString() };
  } catch (thrown) {
    if (thrown instanceof CallFault) return { fault: thrown, head };
    throw thrown;
  }
}

/** A server that speaks TCP as a test wants it to. Returns its port. */
export async function tcpServer(test: Scope, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    serve(socket);
  });
  test.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

/** Lets a server listen on this machine. Returns its port. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A DNS in which every name leads to the same addresses, as they are now. */
export function dnsOf(addresses: () => readonly string[]): LookUp {
  return (_name, { all }, found) => {
    const answer = addresses().map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = answer;
    if (first === undefined) found(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
    else if (all === true) found(null, answer);
    else found(null, first.address, first.family);
  };
}
