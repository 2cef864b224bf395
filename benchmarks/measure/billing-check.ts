import { setTimeout as sleep } from 'node:timers/promises';
import { dueNanoUsd, gatewayModel } from '../load/workload.ts';
import type { Rig } from '../processes/rig.ts';

/** Between two looks at what has been charged: short against a round, long enough to cost nothing. */
const POLL_MS = 20;

/** Billing that has not caught up by then does not keep up. */
const SETTLE_TIMEOUT_MS = 60_000;

/** What was charged for some answers, beside what the provider's own meter says they used. */
export interface BillingCheck {
  readonly answered: number;
  readonly charged: number;
  readonly metered: number;
  readonly billedNanoUsd: bigint;
  /** The meter's tokens times the price times the multiplier. */
  readonly meterNanoUsd: bigint;
  /** |billed − meter|. */
  readonly differenceNanoUsd: bigint;
  /** From the last answer's end until everything was charged and no hold was open. */
  readonly lagMs: number;
  /** What does not agree; empty: everything does, to the nano-dollar. */
  readonly faults: readonly string[];
}

/** Reads where billing and the meter stand; to be called before the answers that `settle` is to compare. */
export async function openBillingCheck({ gateway, simulator }: Pick<Rig, 'gateway' | 'simulator'>): Promise<{
  /** Waits until everything is charged and every hold has ended, then compares. */
  settle(answered: number, signal: AbortSignal): Promise<BillingCheck>;
}> {
  const billedBefore = await gateway.billed();
  const meterBefore = await simulator.readMeter(gatewayModel);
  return {
    async settle(answered, signal) {
      const startedAtMs = performance.now();
      const isSettled = async (): Promise<boolean> =>
        (await gateway.billed()).requests - billedBefore.requests >= answered && (await gateway.openHolds()) === 0;
      while (!(await isSettled()) && performance.now() - startedAtMs < SETTLE_TIMEOUT_MS) {
        await sleep(POLL_MS, undefined, { signal });
      }
      const lagMs = performance.now() - startedAtMs;
      const billed = await gateway.billed();
      const meter = await simulator.readMeter(gatewayModel);
      const used = {
        promptTokens: meter.promptTokens - meterBefore.promptTokens,
        completionTokens: meter.completionTokens - meterBefore.completionTokens,
      };
      const billedNanoUsd = billed.amountNanoUsd - billedBefore.amountNanoUsd;
      const meterNanoUsd = dueNanoUsd(used.promptTokens, used.completionTokens);
      const difference = billedNanoUsd - meterNanoUsd;
      const check = {
        answered,
        charged: billed.requests - billedBefore.requests,
        metered: meter.completed - meterBefore.completed,
        billedNanoUsd,
        meterNanoUsd,
        differenceNanoUsd: difference < 0n ? -difference : difference,
        lagMs,
      };
      const unfinished = meter.unfinished - meterBefore.unfinished;
      return { ...check, faults: faultsOf(check, unfinished, await gateway.openHolds()) };
    },
  };
}

function faultsOf(check: Omit<BillingCheck, 'faults'>, unfinished: number, openHolds: number): string[] {
  const { answered, charged, metered, billedNanoUsd, meterNanoUsd } = check;
  const faults: string[] = [];
  if (charged !== answered) faults.push(`${answered} requests were answered and ${charged} charged`);
  if (metered !== answered) faults.push(`${answered} requests were answered and the provider counted ${metered}`);
  if (unfinished !== 0) faults.push(`the provider counted ${unfinished} requests that it could not finish`);
  if (billedNanoUsd !== meterNanoUsd) {
    faults.push(`${billedNanoUsd} nano-USD were charged, ${meterNanoUsd} are due by the provider's meter`);
  }
  if (openHolds !== 0) faults.push(`${openHolds} holds are still open`);
  return faults;
}
