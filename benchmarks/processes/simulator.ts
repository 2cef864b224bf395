import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import type { ModelTotals } from '../../tools/simulator/src/meter.ts';
import type { Script } from '../../tools/simulator/src/script.ts';
import { type NodeChild, startNodeChild } from './node-child.ts';

const ENTRY = new URL('../../tools/simulator/src/main.ts', import.meta.url);

/** What the simulator has counted for one model. */
export interface MeterReading {
  readonly completed: number;
  /** Aborted by the caller, or failed by a script: none of either is wanted here. */
  readonly unfinished: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface SimulatorUnderLoad extends NodeChild {
  readMeter(model: string): Promise<MeterReading>;
  /** From now on all answers follow this script. */
  follow(script: Script): Promise<void>;
}

/** Starts the provider that answers at once and counts what it answered. */
export async function startSimulator(): Promise<SimulatorUnderLoad> {
  const child = await startNodeChild(ENTRY, ['--port', '0', '--exit-with-parent']);
  return {
    ...child,
    async readMeter(model) {
      const totals = await call<Record<string, ModelTotals>>(`${child.url}/simulator/meter`);
      const { completed = 0, aborted = 0, failed = 0, usage = {} } = totals[model] ?? {};
      const unfinished = aborted + failed;
      return { completed, unfinished, promptTokens: promptTokensOf(usage), completionTokens: answerTokensOf(usage) };
    },
    async follow(script) {
      await call(`${child.url}/simulator/script`, { method: 'PUT', body: JSON.stringify(script) });
    },
  };
}

async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
