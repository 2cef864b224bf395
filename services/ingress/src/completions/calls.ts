import { errorTable } from '#errors/error-table.ts';
import { type Fault, faultFrom } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { BodyBudget } from '../http/body-budget.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Call } from './call.ts';

/** Calls that no HTTP answer belongs to, while they run. */
export interface Calls {
  readonly open: ReadonlySet<Pick<Call, 'stop'>>;
  /**
   * Does a call's work: it counts among those in flight until then, and leaves a line in the log and nothing in memory.
   * Resolves with the fault that the work was ended by; never rejects.
   */
  run(call: Call, work: () => Promise<void>): Promise<Fault | undefined>;
}

export function createCalls(parts: {
  readonly budget: BodyBudget;
  readonly logger: Logger;
  readonly finish: (call: Pick<Exchange, 'id' | 'record' | 'startedAtMs'>) => void;
}): Calls {
  const { budget, logger, finish } = parts;
  const open = new Set<Call>();
  return {
    open,
    async run(call, work) {
      open.add(call);
      try {
        await work();
        return undefined;
      } catch (thrown) {
        const fault = faultFrom(thrown);
        if (fault.cause !== undefined) logger.error({ requestId: call.id, err: fault }, 'request failed');
        call.record.error ??= fault.refusal.code;
        call.record.status ||= errorTable[fault.refusal.code].httpStatus;
        return fault;
      } finally {
        budget.release(call.bodyBytesHeld);
        open.delete(call);
        finish(call);
      }
    },
  };
}
