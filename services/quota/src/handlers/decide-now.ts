import type { AdmitRequest } from '#contracts/quota.ts';
import type { Clock } from '#kernel/clock.ts';
import type { AdmissionRules } from '../domain/admission/admission-rules.ts';
import { type AdmissionDecision, decideAdmission } from '../domain/admission/decide-admission.ts';
import { alreadyAdmitted } from '../domain/admission/refusals.ts';
import { type DecisionSources, decisionState, type Less } from '../memory/decision-state.ts';
import type { MeteredHolds } from '../memory/metered-holds.ts';
import type { AdmissionWriter } from './admission-writer.ts';
import { unavailable } from './unavailable.ts';

export interface DecidingParts {
  readonly sources: DecisionSources;
  readonly writer: Pick<AdmissionWriter, 'isAway' | 'doubtful'>;
  /** What is set aside for requests whose usage is on record: it comes back with their charges, soon. */
  readonly metered: Less & Pick<MeteredHolds, 'hasAny'>;
  readonly rules: AdmissionRules;
  readonly clock: Clock;
  /** Throws a `Fault` where the service cannot decide now. */
  readonly assertServing: () => void;
}

export interface Deciding {
  /** The decision as things stand now. Throws a `Fault` where it cannot be made. */
  decide(request: AdmitRequest): AdmissionDecision;
  /** Whether the charges of requests that have ended would let it through. */
  isCuredByCharges(request: AdmitRequest): boolean;
}

export function createDeciding(parts: DecidingParts): Deciding {
  const { sources, writer, metered } = parts;
  const { live, pending } = sources;
  const { doubtful } = writer;
  const decideWithout = (request: AdmitRequest, less?: Less): AdmissionDecision => {
    const nowMs = parts.clock();
    return decideAdmission({ request, nowMs }, decisionState(sources, request, nowMs, less), parts.rules);
  };

  return {
    decide(request) {
      parts.assertServing();
      // Each would wait in vain, and have its money set aside until long after.
      if (writer.isAway()) throw unavailable('The gateway cannot write its log now.');
      // An id that is admitted already would be a second run of the request on one hold.
      if (pending.find(request.requestId) !== undefined || live.holds.has(request.requestId)) {
        return { kind: 'refused', refusal: alreadyAdmitted, isHeldUp: false, windows: [] };
      }
      const decision = decideWithout(request);
      if (decision.kind === 'accepted' || doubtful.size() === 0) return decision;
      // After a failure of the log a balance, or a window, may look used up by requests that were never admitted.
      if (decideWithout(request, doubtful).kind === 'refused') return decision;
      throw unavailable('Earlier requests could not be written, and whether they count is not known yet.');
    },
    isCuredByCharges: (request) => metered.hasAny() && decideWithout(request, metered).kind === 'accepted',
  };
}
