import assert from 'node:assert/strict';
import type { MeterRecord } from '../../tools/simulator/src/meter.ts';
import { expectedCharge } from '../e2e/support/expected-charge.ts';
import type { LoggedEvent } from '../e2e/support/log-reader.ts';
import { catalogueBehind } from './backends.ts';
import type { Way } from './mixed-requests.ts';
import type { Seen } from './send-mixed.ts';

/** What was charged beside what the provider's own meter says is due. */
export interface MixedReckoning {
  readonly requests: number;
  readonly charged: number;
  readonly billedNanoUsd: bigint;
  readonly meteredNanoUsd: bigint;
  /** Charges of answers whose usage nobody told: listed apart. */
  readonly estimates: number;
  readonly estimatedNanoUsd: bigint;
  /** Requests on which gateway and meter do not agree, in words. */
  readonly faults: readonly string[];
}

/** Ways whose usage the provider tells, so that an estimate would be a fault. */
const toldWays: ReadonlySet<Way> = new Set(['whole', 'streamed', 'odd']);

/** Compares request by request, so that two faults cannot make up for each other. */
export function reckonMixed(
  seen: readonly Seen[],
  charges: readonly LoggedEvent<'ChargePosted'>[],
  meter: readonly MeterRecord[],
): MixedReckoning {
  const chargeOf = new Map(charges.map(({ data }) => [data.requestId, data]));
  assert.equal(chargeOf.size, charges.length, 'no request is charged twice');
  const recordsOf = Map.groupBy(meter, ({ requestId }) => requestId ?? '');
  const faults: string[] = [];
  let [billedNanoUsd, meteredNanoUsd, estimatedNanoUsd, estimates] = [0n, 0n, 0n, 0];
  for (const { asked, requestId, isWhole, status, text } of seen) {
    const fault = (what: string): void => {
      const { format, behind, way, stream, body } = asked;
      const how = `${format} to ${behind}, ${way}${stream ? ', streamed' : ''}`;
      faults.push(`${requestId} (${how}): ${what}\n  asked ${body}\n  got ${status} ${text.slice(0, 300)}`);
    };
    const isTold = toldWays.has(asked.way);
    if (isTold && !isWhole) fault('the answer did not come to its end');
    const charge = chargeOf.get(requestId);
    const due = dueFor(recordsOf.get(requestId) ?? [], catalogueBehind(asked.behind));
    if (charge?.estimated === true) {
      estimates += 1;
      estimatedNanoUsd += BigInt(charge.amountNanoUsd);
      if (isTold) fault('its usage was told, and the charge is an estimate');
      continue;
    }
    const billed = charge === undefined ? 0n : BigInt(charge.amountNanoUsd) + BigInt(charge.overrunNanoUsd);
    billedNanoUsd += billed;
    meteredNanoUsd += due;
    if (billed !== due) fault(`${billed} nano-USD were charged, ${due} are due by the provider's meter`);
  }
  return {
    requests: seen.length,
    charged: chargeOf.size,
    billedNanoUsd,
    meteredNanoUsd,
    estimates,
    estimatedNanoUsd,
    faults,
  };
}

/** What the completed answers to a request cost; one that failed or was left is never due in full. */
function dueFor(records: readonly MeterRecord[], catalogue: string): bigint {
  return records
    .filter(({ status }) => status === 'completed')
    .reduce((total, record) => total + expectedCharge(record, undefined, [catalogue]), 0n);
}
