import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { givenServer } from './servers/found-servers.ts';
import { holdAlone } from './servers/hold-alone.ts';
import { startTemporaryNats } from './temporary-nats.ts';

/** A real NATS to talk to. It has nothing of a gateway's, and is nobody else's at the time. */
export interface BorrowedNats extends AsyncDisposable {
  readonly url: string;
}

/** The gateway's own streams, of whichever partition. */
const STREAM_PREFIX = 'GATEWAY_';

/** The server of TEST_NATS_URL, or one of the test's own where none is given. */
export async function borrowNats(): Promise<BorrowedNats> {
  const url = await givenServer('nats');
  if (url === undefined) return startTemporaryNats();
  await using undo = new AsyncDisposableStack();
  undo.use(await holdAlone(url));
  const connection = await connect({ servers: [url] });
  undo.defer(() => connection.close());
  const [found] = await gatewayStreams(connection);
  if (found !== undefined) throw new Error(`the server of TEST_NATS_URL has a stream ${found}, of a gateway or a test`);
  undo.defer(() => deleteStreams(connection));
  const held = undo.move();
  return { url, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function gatewayStreams(connection: NatsConnection): Promise<string[]> {
  const manager = await jetstreamManager(connection);
  const names = await Array.fromAsync(manager.streams.names());
  return names.filter((name) => name.startsWith(STREAM_PREFIX));
}

async function deleteStreams(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  for (const name of await gatewayStreams(connection)) await manager.streams.delete(name);
}
