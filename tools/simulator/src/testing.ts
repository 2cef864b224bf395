import type { Scope } from '#testkit/test.ts';
import type { MeterRecord } from './meter.ts';
import type { Script } from './script.ts';
import { startSimulator } from './simulator.ts';

/** Starts a simulator that stops with the test; returns its address. */
export async function simulatorFor(test: Scope, script: Script = {}): Promise<string> {
  const simulator = await startSimulator({ script });
  test.defer(() => simulator.close());
  return simulator.url;
}

/** The first record metered under a request id; waits for it, as an abort is noticed when the socket closes. */
export async function meteredFor(url: string, requestId: string): Promise<MeterRecord> {
  for (;;) {
    const response = await fetch(`${url}/simulator/meter/requests?request_id=${requestId}`);
    const [record] = (await response.json()) as MeterRecord[];
    if (record !== undefined) return record;
  }
}

/** A script in the form that travels within a user message. */
export function scripted(script: Script, text = 'Hi'): string {
  return `[[simulator ${JSON.stringify(script)}]] ${text}`;
}
