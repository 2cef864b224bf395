import type { AdminCaller } from '#contracts/admin.ts';
import * as fields from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import type { Kind } from '#registry/kinds.ts';

/** Under these names ids were derived before there were other kinds. Other names would give a repeat another resource. */
const earlierNames: Readonly<Partial<Record<Kind, string>>> = { user: 'User', key: 'ApiKey' };

/** The id of a resource that is created: the same for the same idempotency key, a fresh one for an empty key. */
export function newResourceId(kind: Kind, idempotencyKey: string): string {
  return idOf(idempotencyKey, '', earlierNames[kind] ?? kind);
}

/** The id of the event that a command leads to, by which a repeat is found. */
export function eventIdOf(idempotencyKey: string, stream: string, command: string): string {
  return idOf(idempotencyKey, stream, command);
}

/** The id of a credit or debit of a payer. */
export function moneyIdOf(idempotencyKey: string, payerId: string, what: 'Credit' | 'Debit'): string {
  return idOf(idempotencyKey, payerId, what);
}

/** Actors whose keys stand for themselves: those of earlier versions, and of this process. */
const withoutScope: ReadonlySet<string> = new Set(['bootstrap', 'config', 'gateway']);

/**
 * An idempotency key as one administrator means it: two may use the same one for what each of them does. Throws
 * `invalid_request` for a key that can't be one.
 */
export function keyOf(idempotencyKey: string, { actor }: Pick<AdminCaller, 'actor'>): string {
  if (idempotencyKey === '') return '';
  const problem = fields.textProblem(fields.idempotencyKey, idempotencyKey, 'idempotency_key');
  if (problem !== undefined) throw new Fault(problem);
  return withoutScope.has(actor) ? idempotencyKey : `${actor}/${idempotencyKey}`;
}

function idOf(idempotencyKey: string, scope: string, kind: string): string {
  if (idempotencyKey === '') return newId();
  return derivedId(`${scope}/${idempotencyKey}`, kind);
}
