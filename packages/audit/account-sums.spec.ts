import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { chainedLog } from '#testkit/chained-log.ts';
import { admitted, charged, credited, used } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';

test('a charge that names no payer, as an earlier version wrote it, is of whoever pays for its hold', async () => {
  const team = { payerKind: 'team', payerId: 't' };
  const audited = (charge: object) => {
    const events: GatewayEvent[] = [
      credited('', 5_000n, team),
      admitted({ requestId: 'a', ...team }),
      used({ requestId: 'a' }),
      charged({ requestId: 'a', amountNanoUsd: 7n, ...charge }),
    ];
    return auditOf(chainedLog(events.map((event) => ({ ...event, stream: homeStream(event) }))));
  };
  const payersIn = async (charge: object) => {
    const { I6, I12 } = await audited(charge);
    return [I6, I12?.map(({ expected }) => expected).filter((expected) => expected.startsWith('payer'))];
  };
  assert.deepEqual(await payersIn({}), [undefined, []]);
  assert.deepEqual((await payersIn({ payerKind: 'team', payerId: 'other' }))[1], ['payer team:t']);
});
