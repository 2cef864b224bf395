import type { MeterRecord } from '../../../tools/simulator/src/meter.ts';

/** What the simulator metered for one request of the gateway's, or for all; in the order in which they ended. */
export async function metered(simulatorUrl: string, requestId?: string): Promise<readonly MeterRecord[]> {
  const query = requestId === undefined ? '' : `?request_id=${requestId}`;
  const response = await fetch(`${simulatorUrl}/simulator/meter/requests${query}`);
  return (await response.json()) as readonly MeterRecord[];
}

/** The one record of a request that had one attempt. */
export async function meteredOnce(simulatorUrl: string, requestId: string): Promise<MeterRecord> {
  const records = await metered(simulatorUrl, requestId);
  const [record] = records;
  if (record === undefined || records.length > 1) {
    throw new Error(`the provider metered request ${requestId} ${records.length} times`);
  }
  return record;
}
