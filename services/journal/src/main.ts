import { openBus, PART } from '#host/connect-parts.ts';
import { lead } from '#host/lead.ts';
import { openDatabase } from '#host/open-database.ts';
import { runService } from '#host/run-service.ts';
import { serveGrpc } from '#host/serve-grpc.ts';
import { startAppendResponder } from './api/append-responder.ts';
import { journalService } from './api/journal-service.ts';
import { openJournal } from './journal.ts';
import { startRelay } from './relay/relay.ts';
import { watchWriteState } from './watch-write-state.ts';

await runService({
  name: 'journal',
  hasSchema: true,
  usage: `The log: its one writer, the relay that brings committed events to JetStream, and reads of it over gRPC. Of several
processes one leads, the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_ADMIN_TOKEN.
`,
  async start(host) {
    const { logger, metrics } = host;
    const { pool, connectionString } = await openDatabase(host);
    const bus = await openBus(host);
    const afterLease = host.stack.use(new AsyncDisposableStack());
    const { isHeld: isLeading } = await lead(host, pool, bus);
    const journal = await openJournal({ connectionString, pool, logger, writer: 'inline', onFenced: host.fence });
    host.stack.defer(() => journal.close());
    const relay = startRelay({ bus, journal, part: PART, replicas: host.config.natsReplicas, isLeading, logger });
    // It may wait for JetStream, which a successor need not.
    afterLease.defer(() => relay.close());
    host.stack.defer(() => void relay.close());
    const writes = watchWriteState(journal.writeState);
    host.stack.defer(() => writes.close());
    host.readiness('log', writes.state);
    const service = journalService({
      readStored: journal.readStored,
      readStoredStream: journal.readStoredStream,
      head: journal.logHead,
      unwritable: () => (writes.state() === 'ok' ? '' : writes.state()),
    });
    await serveGrpc(host, [service], { isServing: isLeading, afterLease });
    const responder = startAppendResponder({ bus, part: PART, journal, isLeading, logger });
    host.stack.defer(() => responder.close());
    host.beforeMetrics(() => {
      const { position } = journal.logHead();
      metrics.logPosition.set(position);
      metrics.relayLag.set(Math.max(0, position - relay.position()));
    });
  },
});
