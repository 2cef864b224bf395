import type { AdminRole } from '#contracts/admin.ts';

const everyone: readonly AdminRole[] = ['owner', 'operator', 'billing', 'auditor', 'holder'];
const readers: readonly AdminRole[] = ['owner', 'auditor'];
const owners: readonly AdminRole[] = ['owner'];

/** Who may call a service, or one of its methods, with a personal token. Of AdminService the command itself says more. */
const rolesByName: ReadonlyMap<string, readonly AdminRole[]> = new Map([
  ['gateway.admin.v1.AdminService', everyone],
  ['gateway.journal.v1.JournalService', readers],
  ['gateway.projections.v1.ProjectionsService/ListProjections', readers],
  ['gateway.projections.v1.ProjectionsService/Replay', owners],
  ['gateway.deadletters.v1.DeadLettersService/List', readers],
  ['gateway.deadletters.v1.DeadLettersService/Retry', owners],
]);

/**
 * Whether a personal token of a role may call a method, by its whole name (`gateway.journal.v1.JournalService/Read`).
 * What services ask of each other is in no row: it needs the gateway's own token.
 */
export function mayCall(role: AdminRole, method: string): boolean {
  const service = method.slice(0, method.indexOf('/'));
  const roles = rolesByName.get(method) ?? rolesByName.get(service) ?? [];
  return roles.includes(role);
}
