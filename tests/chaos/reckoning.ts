import assert from 'node:assert/strict';
import type { MeterRecord } from '../../tools/simulator/src/meter.ts';
import { expectedCharge } from '../e2e/support/expected-charge.ts';
import type { Customer, Installation } from '../e2e/support/installation.ts';
import { type LoggedEvent, type LogReader, openLogReader } from '../e2e/support/log-reader.ts';
import { metered } from '../e2e/support/provider-meter.ts';
import type { Seen } from './load.ts';

export interface Reckoning {
  readonly admitted: number;
  readonly charged: number;
  readonly expired: number;
  readonly estimated: number;
}

/**
 * Holds what the clients saw against the log and the provider's meter. The gateway must be settled. Throws an
 * AssertionError that names the request where they disagree.
 */
export async function reckon(
  installation: Installation,
  customer: Customer,
  seen: Seen,
  options: {
    /** The log was away for so long that answers were kept from their clients: those are the house's. */
    readonly mayWithhold?: boolean;
  } = {},
): Promise<Reckoning> {
  await using log = await openLogReader(installation);
  const admitted = byRequest(await ofUser(log, customer, 'RequestAdmitted'), 'admitted');
  const usages = byRequest(await ofUser(log, customer, 'UsageRecorded'), 'metered');
  const charges = byRequest(await ofUser(log, customer, 'ChargePosted'), 'charged');
  const expiries = byRequest(await ofUser(log, customer, 'HoldExpired'), 'expired');
  const meter = Map.groupBy(await metered(installation.simulatorUrl), ({ requestId }) => requestId ?? '');

  for (const requestId of seen.received) {
    assert.ok(charges.has(requestId), `request ${requestId} was answered and not charged`);
  }
  let estimated = 0;
  for (const [requestId, { data }] of charges) {
    assert.ok(admitted.has(requestId), `request ${requestId} was charged and never admitted`);
    assert.ok(!expiries.has(requestId), `request ${requestId} was charged, and its hold given back as well`);
    if (data.estimated) {
      estimated += 1;
      assert.ok(!seen.received.has(requestId), `request ${requestId} was answered in full and charged by an estimate`);
      continue;
    }
    const expected = costsOf(meter.get(requestId) ?? []);
    const amount = BigInt(data.amountNanoUsd) + BigInt(data.overrunNanoUsd);
    if (options.mayWithhold === true && amount === 0n && !seen.received.has(requestId)) continue;
    assert.ok(expected.includes(amount), `the charge of ${requestId}: ${amount}, the meter says ${expected}`);
  }
  for (const requestId of usages.keys()) {
    assert.ok(charges.has(requestId), `request ${requestId} has its usage on record and was not charged`);
  }
  for (const requestId of admitted.keys()) {
    assert.ok(charges.has(requestId) || expiries.has(requestId), `the hold of request ${requestId} has no end`);
  }
  for (const requestId of meter.keys()) {
    assert.ok(admitted.has(requestId), `request ${requestId} reached the provider without an admission on record`);
  }
  assert.equal(admitted.size, charges.size + expiries.size);

  const sum = [...charges.values()].reduce((total, { data }) => total + BigInt(data.amountNanoUsd), 0n);
  const { credited, charged, held, available } = await customer.balance();
  assert.deepEqual({ charged, held, available }, { charged: sum, held: 0n, available: credited - sum });
  return { admitted: admitted.size, charged: charges.size, expired: expiries.size, estimated };
}

/**
 * What each of the provider's completed answers to one request costs: nothing where there is none. There is more than one
 * where a router died in the middle and another began anew; the client pays for the one that is on record.
 */
function costsOf(records: readonly MeterRecord[]): bigint[] {
  const costs = records.filter(({ status }) => status === 'completed').map((record) => expectedCharge(record));
  return costs.length === 0 ? [0n] : costs;
}

type RequestEventType = 'RequestAdmitted' | 'UsageRecorded' | 'ChargePosted' | 'HoldExpired';

async function ofUser<T extends RequestEventType>(
  log: LogReader,
  { userId }: Customer,
  type: T,
): Promise<LoggedEvent<T>[]> {
  return (await log.events(type)).filter(({ data }) => data.userId === userId);
}

/** Throws where a request has two events of a kind. */
function byRequest<E extends { readonly data: { readonly requestId: string } }>(
  events: readonly E[],
  what: string,
): Map<string, E> {
  const found = new Map<string, E>();
  for (const event of events) {
    assert.ok(!found.has(event.data.requestId), `request ${event.data.requestId} was ${what} twice`);
    found.set(event.data.requestId, event);
  }
  return found;
}
