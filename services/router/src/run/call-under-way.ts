import type { CallWatch } from '../fleet/call-outcome.ts';
import type { Deployment } from '../fleet/deployment.ts';
import type { ProviderCall } from '../ports.ts';

/** One call to a provider, from its beginning to the end of its answer. */
export interface CallUnderWay {
  readonly call: ProviderCall;
  readonly deployment: Deployment;
  /** Its place in the run's attempts. */
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly watch: CallWatch;
  /** From its beginning to the first byte that a model has made; 0: none has come. */
  firstByteMs: number;
  /** Another call was quicker. */
  isOutrun: boolean;
  /** The provider's bound for a whole call has passed. */
  isLate: boolean;
  /** Ends that bound. */
  readonly timer: NodeJS.Timeout | undefined;
}
