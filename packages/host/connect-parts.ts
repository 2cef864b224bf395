import { type Bus, connectBus } from '#bus/connect-bus.ts';
import { connectJournal, type RemoteJournal } from '#clients/journal/connect-journal.ts';
import { tlsFilesOf } from '#config/tls-files.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { type Host, required } from './host.ts';

/** The only partition. */
export const PART = 0;

/** Connects to the bus, and waits for it as long as it takes. */
export async function openBus(host: Host): Promise<Bus> {
  const { natsUrl } = required(host, { natsUrl: 'NATS_URL' });
  const { natsUser, natsPassword, natsCa } = host.config;
  const bus = await connectBus({
    servers: natsUrl,
    user: natsUser,
    password: natsPassword,
    caFile: natsCa,
    name: `${host.name} ${host.instance}`,
    logger: host.logger,
    signal: host.stopping,
  });
  host.stack.defer(() => bus.close());
  host.readiness('bus', () => (bus.isConnected() ? 'ok' : 'the bus is away'));
  return bus;
}

/** Connects to the log, in whichever process it is led. */
export function openRemoteJournal(host: Host, bus: Bus): RemoteJournal {
  const { journalAddresses } = required(host, { journalAddresses: 'GATEWAY_JOURNAL_ADDRESSES' });
  const journal = connectJournal({
    bus,
    peer: peerOf(host, journalAddresses),
    part: PART,
    consumer: `${host.name}-${host.instance}`.replaceAll(/[^A-Za-z0-9-]/g, '-'),
    logger: host.logger,
  });
  host.stack.defer(() => journal.close());
  return journal;
}

/** The gRPC servers of another service, and the credentials that this process shows them. */
export function peerOf(host: Host, addresses: readonly string[]): RpcPeer {
  const { adminToken } = required(host, { adminToken: 'GATEWAY_ADMIN_TOKEN' });
  return { addresses, adminToken, tls: tlsFilesOf(host.config) };
}
