import type { ServerResponse } from 'node:http';
import type { Script } from './script.ts';
import type { Settlement } from './settlement.ts';
import type { Completion, Wire } from './wire.ts';

/** An answer on its way out. */
export interface Delivery {
  readonly wire: Wire;
  readonly response: ServerResponse;
  readonly script: Script;
  readonly completion: Completion;
  readonly settlement: Settlement;
  /** Leaves the response open until the client goes away or the simulator stops. */
  readonly hold: (response: ServerResponse) => void;
}

/** What goes wrong within the body of an answer; undefined when it is delivered as it should be. */
export type BodyFault = 'hang' | 'error-in-200' | 'error' | 'garbage' | 'clean-end' | 'cut';

export function bodyFaultOf(script: Script): BodyFault | undefined {
  if (script.hang === 'mid-stream') return 'hang';
  if (script.errorIn200 === true) return 'error-in-200';
  if (script.midStreamError === true) return 'error';
  if (script.garbage === true) return 'garbage';
  if (script.cutAfterChunks === undefined) return undefined;
  return script.endWithoutDone === true ? 'clean-end' : 'cut';
}
