import type { MessageShape } from '@bufbuild/protobuf';
import { ProjectionsService, type ReplayResultSchema } from '#contracts/gen/gateway/projections/v1/projections_pb.js';
import { Fault } from '#errors/fault.ts';
import type { Connection } from './connection.ts';
import { withServer } from './with-server.ts';

/** A log of a hundred million events at 30,000 a second. */
const REPLAY_TIMEOUT_MS = 3_600_000;

type ReplayResult = MessageShape<typeof ReplayResultSchema>;

/**
 * Every projection there is, with the address of the process that keeps it. Servers that keep none, stand by or do not
 * answer are passed over; where none at all answers, the first failure is thrown.
 */
export async function listProjections(connection: Connection): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  const asked = await Promise.allSettled(
    connection.addresses.map((address) =>
      withServer(ProjectionsService, connection, address, async (calls) => ({
        address,
        ...(await calls.listProjections({})),
      })),
    ),
  );
  for (const answer of asked) {
    if (answer.status === 'rejected') continue;
    for (const { name } of answer.value.projections) owners.set(name, answer.value.address);
  }
  if (owners.size === 0) for (const answer of asked) if (answer.status === 'rejected') throw answer.reason;
  return owners;
}

/** Rebuilds one projection, or all for an empty name, one after another. Throws a `Fault` for a name there is none of. */
export async function replay(connection: Connection, projection: string): Promise<ReplayResult[]> {
  const owners = await listProjections(connection);
  const wanted = projection === '' ? [...owners.keys()] : [projection];
  const results: ReplayResult[] = [];
  for (const name of wanted) {
    const address = owners.get(name);
    if (address === undefined) {
      const message = `There is no projection ${name}; there are: ${[...owners.keys()].join(', ') || 'none'}.`;
      throw new Fault({ code: 'not_found', message });
    }
    const one = await withServer(ProjectionsService, connection, address, (calls) =>
      calls.replay({ projection: name }, { timeoutMs: REPLAY_TIMEOUT_MS }),
    );
    results.push(...one.results);
  }
  return results;
}
