import type { AdminCaller } from '#contracts/admin.ts';
import { streams } from '#contracts/streams.ts';
import { newId } from '#kernel/ids.ts';
import type { Ports } from '../ports.ts';

/** Something that is to be done, and changes neither a resource nor a balance. */
export interface AdminAct {
  /** "retry", ... */
  readonly action: string;
  /** What it is done to, and which of them; empty: all. */
  readonly kind: 'dead_letters';
  readonly id: string;
  /** What the command says beside that, by its names. */
  readonly details: Readonly<Record<string, string>>;
}

/** Puts an action on record before it is done. Rejects where the log cannot be written: then nothing is done. */
export async function recordAction(
  { journal, clock, visible }: Pick<Ports, 'journal' | 'clock' | 'visible'>,
  { action, kind, id, details }: AdminAct,
  caller: AdminCaller,
): Promise<void> {
  const actionId = newId();
  const { actor, role, address, requestId } = caller;
  const by = { actor, role, action, address, requestId };
  const data = { actionId, kind, id, by, actedAtMs: String(clock()), details: { ...details } };
  const appended = await journal.append({
    stream: streams.action(actionId),
    expectedVersion: 0,
    events: [{ type: 'AdminActed', data, eventId: newId() }],
    correlationId: requestId || newId(),
    causationId: '',
  });
  if (appended.kind !== 'appended') throw new Error(`the stream of the new action ${actionId} is not empty`);
  await visible(appended.position);
}
