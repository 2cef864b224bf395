import type { EventBodies, EventType } from './events.ts';

/**
 * What fields mean in events that were written before there were such fields. Events are never changed, so a field that is
 * added gets a row here, and every fold can rely on it.
 */
const added: { readonly [T in EventType]?: Readonly<Partial<EventBodies[T]>> } = {
  BalanceCredited: { payerKind: '', payerId: '', actor: '', actorRole: '', address: '' },
  RequestAdmitted: { payerKind: '', payerId: '', reservations: [] },
  UsageRecorded: { houseLosses: [] },
  ChargePosted: { payerKind: '', payerId: '', provider: '' },
  PricePublished: { effectiveAtMs: '0' },
};

/** An event's body from its text in the log, whenever it was written. Throws a SyntaxError for what is no JSON. */
export function parseBody(type: string, text: string): unknown {
  const body: unknown = JSON.parse(text);
  const defaults = added[type as EventType];
  return defaults === undefined ? body : { ...defaults, ...(body as object) };
}
