import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Invariant, violationAt } from '../invariant.ts';
import { createSeenIds } from '../seen-ids.ts';

/**
 * A hold is placed once and ends once: by its charge after its usage, or by expiring. An end without a hold would give
 * back money that was never set aside.
 */
export const oneEndPerHold: Invariant = {
  id: 'I8',
  title: 'every hold is placed once and has at most one end',
  start: (tally) => {
    const states = new Map<string, OpenState>();
    const ended = createSeenIds();
    return {
      onEvent: (event) => {
        if (!isHoldEvent(event)) return;
        tally.count();
        const { requestId } = event.data;
        const state = states.get(requestId) ?? (ended.has(requestId) ? 'over' : 'absent');
        const next = NEXT[state][event.type];
        if (next === undefined) {
          const expected = EXPECTED[state];
          tally.violate(violationAt(event, expected, `${event.type} for a hold that is ${state}`));
          return;
        }
        if (next === 'over') {
          states.delete(requestId);
          ended.meet(requestId);
        } else states.set(requestId, next);
      },
    };
  },
};

type OpenState = 'open' | 'metered';
type State = 'absent' | OpenState | 'over';
type HoldEventType = 'RequestAdmitted' | 'UsageRecorded' | 'ChargePosted' | 'HoldExpired';

/** The events that may follow each state. Any other event is a contradiction. */
const NEXT: Readonly<Record<State, Readonly<Record<HoldEventType, OpenState | 'over' | undefined>>>> = {
  absent: { RequestAdmitted: 'open', UsageRecorded: undefined, ChargePosted: undefined, HoldExpired: undefined },
  open: { RequestAdmitted: undefined, UsageRecorded: 'metered', ChargePosted: undefined, HoldExpired: 'over' },
  metered: { RequestAdmitted: undefined, UsageRecorded: undefined, ChargePosted: 'over', HoldExpired: undefined },
  over: { RequestAdmitted: undefined, UsageRecorded: undefined, ChargePosted: undefined, HoldExpired: undefined },
};

const EXPECTED: Readonly<Record<State, string>> = {
  absent: 'RequestAdmitted before anything else of its request',
  open: 'UsageRecorded or HoldExpired next for this request',
  metered: 'ChargePosted next for this request',
  over: 'nothing more of this request',
};

function isHoldEvent(event: RecordedEvent): event is RecordedEvent & { readonly type: HoldEventType } {
  return Object.hasOwn(NEXT.absent, event.type);
}
