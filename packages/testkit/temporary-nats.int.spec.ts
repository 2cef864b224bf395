import assert from 'node:assert/strict';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startTemporaryNats } from './temporary-nats.ts';
import { test } from './test.ts';

test('a server keeps its address and its streams when it is killed, and only its address when it is wiped', async () => {
  await using nats = await startTemporaryNats();
  const streams = async (name?: string): Promise<string[]> => {
    const connection = await connect({ servers: [nats.url] });
    try {
      const manager = await jetstreamManager(connection);
      if (name !== undefined) await manager.streams.add({ name, subjects: ['a'] });
      return await Array.fromAsync(manager.streams.names());
    } finally {
      await connection.close();
    }
  };
  assert.deepEqual(await streams('A'), ['A']);
  await nats.stop('SIGKILL');
  await assert.rejects(streams());
  await nats.start();
  assert.deepEqual(await streams(), ['A']);
  await nats.signal('SIGSTOP');
  await nats.stop('SIGKILL');
  await nats.wipe();
  await nats.start();
  assert.deepEqual(await streams(), []);
});
