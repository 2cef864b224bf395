import { ask, askVersioned, onlyNew } from '../../api/client.ts';
import { type AuditLogEntry, apiKeysGet, apiKeysPause, apiKeysResume, creditsUndo } from '../../api/gen/index.ts';
import { changedFields, putBack, withoutComputed } from '../../ui/undo/put-back.ts';
import { kindOperations } from './kind-operations.ts';

/** Actions that no event reverses, whatever they changed. */
const final = new Set(['revoke', 'rotate', 'create', 'debit']);

/** How an action of the log is taken back by another; undefined: it is not. Rejects where something was changed since. */
export function undoOf(entry: AuditLogEntry): (() => Promise<unknown>) | undefined {
  const { action = '', kind = '', id } = entry;
  const [before, after] = [parsed(entry.before), parsed(entry.after)];
  if (action === 'credit') return undoOfCredit(after);
  const of = kindOperations[kind ?? ''];
  if (of === undefined || final.has(action ?? '') || before === undefined) return undefined;
  const path = { id: id ?? '' };
  const { set } = of;
  if (after === undefined) {
    return set && (() => ask(set({ path, body: withoutComputed(before) as never, headers: onlyNew })));
  }
  if (isDeleted(after)) return undefined;
  const names = changedFields(before, after);
  if (names.length === 0) return undefined;
  // Of its accounts the keys are in no answer.
  if (kind === 'provider' && names.includes('accounts')) return undefined;
  if (kind === 'key' && names.includes('status')) return undoOfStatus(path.id, before, after);
  const read = () => askVersioned(of.get({ path }));
  return () => putBack({ read, update: (body, headers) => of.update({ path, body, headers }), before, after });
}

type Document = Readonly<Record<string, unknown>>;

function isDeleted({ status }: Document): boolean {
  return status === 'deleted' || status === 'revoked';
}

function undoOfCredit(after: Document | undefined): (() => Promise<unknown>) | undefined {
  const id = String(after?.['credit_id'] ?? '');
  return id === '' ? undefined : () => ask(creditsUndo({ path: { id }, body: {} }));
}

/** A key's status is no field that is written: it goes by commands. */
function undoOfStatus(id: string, before: Document, after: Document): (() => Promise<unknown>) | undefined {
  const turns = { active: apiKeysResume, paused: apiKeysPause };
  const give = turns[before['status'] as keyof typeof turns];
  if (give === undefined) return undefined;
  return async () => {
    const { status } = await ask(apiKeysGet({ path: { id } }));
    if (status !== after['status']) throw new Error(`It was changed since: it is ${status} now.`);
    await ask(give({ path: { id } }));
  };
}

function parsed(json: string | null | undefined): Document | undefined {
  if (!json) return undefined;
  try {
    return JSON.parse(json) as Document;
  } catch {
    return undefined;
  }
}
