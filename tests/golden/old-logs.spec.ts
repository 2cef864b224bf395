import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { balanceAt } from '#audit/balance-at.ts';
import { payerKey, userPayer } from '#contracts/payer.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { recordedEventOf } from '#journal/stored-event.ts';
import { createRegistry, type Registry } from '#registry/registry.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { describe, test } from '#testkit/test.ts';
import { readLogFile } from '../../cli/src/log-file.ts';
import { emptyBooks } from '../../services/quota/src/domain/account/books.ts';
import { createLiveBooks } from '../../services/quota/src/memory/live-books.ts';
import { balanceView } from '../../services/quota/src/queries/balance-view.ts';

/** What the gateway that wrote the log said at its end. Amounts are nano-USD. */
interface Expected {
  /** The last position and the log's fingerprint there. */
  readonly anchor: string;
  readonly balances: Readonly<Record<string, { credited: string; charged: string; held: string }>>;
  readonly users: Readonly<Record<string, { requestsPerMinute: number; multiplier: string }>>;
  /** The keys in force, and whose they are. */
  readonly keys: Readonly<Record<string, string>>;
}

const folder = import.meta.dirname;
const logs = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

test('there is a log of an earlier version', () => {
  assert.notEqual(logs.length, 0);
});

for (const name of logs) {
  const expected: Expected = JSON.parse(readFileSync(join(folder, name.replace('.jsonl', '.expected.json')), 'utf8'));

  describe(name, () => {
    test('ends where it ended, and holds every invariant', async () => {
      const log = await eventsOf(name);
      const last = log.at(-1);
      assert.equal(`${last?.position}:${last?.chain.toString('hex')}`, expected.anchor);
      assert.deepEqual(await auditOf(log), {});
    });

    test('gives every user the balance of then', async () => {
      const log = await eventsOf(name);
      const balances: Record<string, unknown> = {};
      for (const userId of Object.keys(expected.balances)) {
        const balance = await balanceAt([log], userPayer(userId), { kind: 'head' });
        balances[userId] = {
          credited: String(balance?.creditedNanoUsd),
          charged: String(balance?.chargedNanoUsd),
          held: String(balance?.heldNanoUsd),
        };
      }
      assert.deepEqual(balances, expected.balances);
    });

    test('gives quota the books of then, with no hold open and nothing set aside on a limit', async () => {
      const live = createLiveBooks({ ...emptyBooks(), prices: new Map(), position: 0 }, () => undefined);
      live.take((await eventsOf(name)).map(recordedEventOf));
      const balances = Object.keys(expected.balances).map((userId) => {
        const balance = balanceView(userId, live.accounts.get(payerKey(userPayer(userId))));
        const { creditedNanoUsd, chargedNanoUsd, heldNanoUsd } = balance;
        return [userId, { credited: `${creditedNanoUsd}`, charged: `${chargedNanoUsd}`, held: `${heldNanoUsd}` }];
      });
      assert.deepEqual(Object.fromEntries(balances), expected.balances);
      assert.deepEqual([live.holds.size, live.counters.size], [0, 0]);
    });

    test('gives the users and the keys of then', async () => {
      const registry = registryOf(await eventsOf(name));
      const users = Array.from(registry.all('user'), ({ id, requestsPerMinute, multiplier }) => [
        id,
        { requestsPerMinute, multiplier },
      ]);
      assert.deepEqual(Object.fromEntries(users), expected.users);
      const keys = Array.from(registry.all('key'), ({ id, userId }) => [id, userId]);
      assert.deepEqual(Object.fromEntries(keys), expected.keys);
    });
  });
}

async function eventsOf(name: string): Promise<readonly StoredEvent[]> {
  return (await Array.fromAsync(readLogFile(join(folder, name)))).flat();
}

function registryOf(log: readonly StoredEvent[]): Registry {
  const registry = createRegistry();
  registry.take(log.map(recordedEventOf));
  return registry;
}
