import { DeadLettersService } from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import type { Selection } from '#dead-letters/dead-letter-source.ts';
import { deadLetterFromWire, selectionToWire } from '#dead-letters/dead-letter-wire.ts';
import { Fault, faultFrom } from '#errors/fault.ts';
import { isStandby } from '#rpc/standby.ts';
import type { Connection } from './connection.ts';
import { withServer } from './with-server.ts';

/** A hundred thousand charges, at a thousand a second and more. */
const RETRY_TIMEOUT_MS = 600_000;

const PAGE_SIZE = 1_000;

/** A server that should have said what is stuck with it and did not. */
export interface Unanswered {
  readonly address: string;
  readonly message: string;
}

export interface DeadLetterList {
  readonly deadLetters: readonly DeadLetter[];
  readonly hasMore: boolean;
  /** Whose dead letters these are; nothing is known of any other. */
  readonly consumers: readonly string[];
  readonly unanswered: readonly Unanswered[];
}

export interface RetryReport {
  readonly succeededCount: number;
  readonly stuckCount: number;
  /** The first of each. */
  readonly succeeded: readonly DeadLetter[];
  readonly stuck: readonly DeadLetter[];
  readonly unanswered: readonly Unanswered[];
}

/** The first dead letters of a consumer, or of all for an empty name. */
export async function listDeadLetters(
  connection: Connection,
  { consumer, limit }: { readonly consumer: string; readonly limit: number },
): Promise<DeadLetterList> {
  const { servers, unanswered } = await findConsumers(connection);
  const deadLetters: DeadLetter[] = [];
  const asked = serving(servers, consumer);
  for (const address of asked) {
    await withServer(DeadLettersService, connection, address, async (calls) => {
      for (let pageToken = ''; deadLetters.length <= limit; ) {
        const page = await calls.list({ consumer, pageSize: PAGE_SIZE, pageToken });
        deadLetters.push(...page.deadLetters.map(deadLetterFromWire));
        pageToken = page.nextPageToken;
        if (pageToken === '') return;
      }
    });
  }
  const consumers = consumer === '' ? [...servers.keys()].sort() : [consumer];
  return { deadLetters: deadLetters.slice(0, limit), hasMore: deadLetters.length > limit, consumers, unanswered };
}

/** Tries what is selected now, at every server that has a consumer of that name, or at all for an empty one. */
export async function retryDeadLetters(
  connection: Connection,
  consumer: string,
  selection: Selection,
): Promise<RetryReport> {
  const { servers, unanswered } = await findConsumers(connection);
  const request = { consumer, selected: selectionToWire(selection) };
  const report = { succeededCount: 0, stuckCount: 0, succeeded: [] as DeadLetter[], stuck: [] as DeadLetter[] };
  for (const address of serving(servers, consumer)) {
    const answer = await withServer(DeadLettersService, connection, address, (calls) =>
      calls.retry(request, { timeoutMs: RETRY_TIMEOUT_MS }),
    );
    report.succeededCount += Number(answer.succeededCount);
    report.stuckCount += Number(answer.stuckCount);
    report.succeeded.push(...answer.succeeded.map(deadLetterFromWire));
    report.stuck.push(...answer.stuck.map(deadLetterFromWire));
  }
  return { ...report, unanswered };
}

/**
 * Every consumer there is, with the address of the process that answers for it. Servers that have none and those that
 * stand by are passed over, those that do not answer are named; where none at all answers, the first failure is thrown.
 */
async function findConsumers(connection: Connection) {
  const servers = new Map<string, string>();
  const failures: { readonly address: string; readonly thrown: unknown }[] = [];
  await Promise.all(
    connection.addresses.map(async (address) => {
      try {
        const { consumers } = await withServer(DeadLettersService, connection, address, (calls) =>
          calls.list({ pageSize: 1 }),
        );
        for (const consumer of consumers) servers.set(consumer, address);
      } catch (thrown) {
        if (faultFrom(thrown).code !== 'method_not_allowed') failures.push({ address, thrown });
      }
    }),
  );
  const unanswered = failures
    .filter(({ thrown }) => !isStandby(thrown))
    .map(({ address, thrown }) => ({ address, message: faultFrom(thrown).refusal.message }));
  const [first] = failures;
  if (servers.size === 0 && first !== undefined) throw first.thrown;
  return { servers, unanswered };
}

/** The addresses to ask. Throws a `Fault` for a consumer nobody answers for. */
function serving(servers: ReadonlyMap<string, string>, consumer: string): readonly string[] {
  if (consumer === '') return [...new Set(servers.values())];
  const address = servers.get(consumer);
  if (address !== undefined) return [address];
  const known = [...servers.keys()].sort().join(', ') || 'none';
  throw new Fault({ code: 'not_found', message: `There is no consumer ${consumer}; there are: ${known}.` });
}
