import type { EventBodies, EventType } from './events.ts';
import { isObject, withoutColumns } from './old-columns.ts';
import { noAttribution } from './quota.ts';

/**
 * What fields mean in events that were written before there were such fields. Events are never changed, so a field that is
 * added gets a row here, and every fold can rely on it.
 */
const added: { readonly [T in EventType]?: Readonly<Partial<EventBodies[T]>> } = {
  BalanceCredited: { payerKind: '', payerId: '', actor: '', actorRole: '', address: '' },
  RequestAdmitted: {
    payerKind: '',
    payerId: '',
    reservations: [],
    operation: '',
    format: '',
    otherUnits: [],
    counts: [],
    serviceTier: '',
    attribution: { ...noAttribution, tags: [], metadata: {} },
    routeId: '',
    strategy: '',
    strategySource: '',
    leftOut: [],
    shadows: [],
  },
  UsageRecorded: {
    houseLosses: [],
    quantities: [],
    serviceTier: '',
    usageFlags: [],
    reportedUsage: '',
    format: '',
  },
  ChargePosted: {
    payerKind: '',
    payerId: '',
    provider: '',
    serviceTier: '',
    ratingFlags: [],
    attribution: { ...noAttribution, tags: [], metadata: {} },
    houseCosts: [],
  },
  PricePublished: { effectiveAtMs: '0', prices: [], bands: [], serviceTiers: [] },
};

/** An event's body from its text in the log, whenever it was written. Throws a SyntaxError for what is no JSON. */
export function parseBody(type: string, text: string): unknown {
  return readBody(type, JSON.parse(text));
}

/** The same of a body that is parsed already. */
export function readBody(type: string, body: unknown): unknown {
  const defaults = added[type as EventType];
  return defaults === undefined || !isObject(body) ? body : { ...defaults, ...withoutColumns(type, body) };
}

/** Whether a field of an event may be missing, since it was added later. */
export function isAdded(type: string, field: string): boolean {
  return Object.hasOwn(added[type as EventType] ?? {}, field);
}
