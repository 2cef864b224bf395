import { PART } from '#host/connect-parts.ts';
import type { LogModule, LogParts, OverBus } from '#host/service-module.ts';
import { startAppendResponder } from './api/append-responder.ts';
import { journalService } from './api/journal-service.ts';
import { type LocalJournal, openJournal } from './journal.ts';
import { type Relay, startRelay } from './relay/relay.ts';
import { watchWriteState } from './watch-write-state.ts';

/** The log with its writer, as a module of a process. */
export const journalModule: LogModule = {
  name: 'journal',
  schema: {},
  usage: `The log: its one writer, the relay that brings committed events to JetStream, and reads of it over gRPC. Of several
processes one leads, the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_ADMIN_TOKEN.
`,
  async lead(parts) {
    const { host, bus, database, neighbours } = parts;
    const { logger, metrics } = host;
    const journal = await openJournal({
      ...database(),
      logger,
      // In a process with other work, the writer has a thread of its own.
      writer: neighbours.size > 1 ? 'thread' : 'inline',
      onFenced: host.fence,
    });
    host.stack.defer(() => journal.close());
    const relayed = bus === undefined ? undefined : serveOverBus(parts, bus, journal);
    const service = journalService({
      readStored: journal.readStored,
      readStoredStream: journal.readStoredStream,
      head: journal.logHead,
      ...(relayed === undefined ? {} : { unwritable: relayed.unwritable }),
    });
    return {
      journal,
      knownHead: () => journal.logHead().position,
      ports: {
        log: { readiness: () => readiness(parts, journal) },
        storedLog: {
          readStored: journal.readStored,
          readStoredStream: journal.readStoredStream,
          storedHead: async () => journal.logHead(),
        },
      },
      operatorServices: [service],
      stats: () => ({ log: { position: journal.logHead().position, epoch: journal.logHead().epoch } }),
      publishMetrics() {
        host.beforeMetrics(() => {
          const { position } = journal.logHead();
          metrics.logPosition.set(position);
          if (relayed !== undefined) metrics.relayLag.set(Math.max(0, position - relayed.relay.position()));
        });
      },
    };
  },
};

/** The journal's services for other processes: appends, and committed events. */
function serveOverBus(
  { host, isLeading }: LogParts,
  { bus, afterLease }: OverBus,
  journal: LocalJournal,
): { readonly relay: Relay; readonly unwritable: () => string } {
  const { logger } = host;
  const relay = startRelay({ bus, journal, part: PART, replicas: host.config.natsReplicas, isLeading, logger });
  // Closing may wait for JetStream, which a successor need not.
  afterLease.defer(() => relay.close());
  host.stack.defer(() => void relay.close());
  const writes = watchWriteState(journal.writeState);
  host.stack.defer(() => writes.close());
  host.readiness('log', writes.state);
  const responder = startAppendResponder({ bus, part: PART, journal, isLeading, logger });
  host.stack.defer(() => responder.close());
  return { relay, unwritable: () => (writes.state() === 'ok' ? '' : writes.state()) };
}

async function readiness({ database }: LogParts, journal: LocalJournal): Promise<Readonly<Record<string, string>>> {
  const answers = database().pool.query('select 1');
  const [state, log] = await Promise.all([
    answers.then(
      () => 'ok',
      (error: unknown) => `the database does not answer: ${(error as Error).message}`,
    ),
    journal.writeState(),
  ]);
  return { database: state, log };
}
