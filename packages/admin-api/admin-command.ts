import type { DescMessage } from '@bufbuild/protobuf';
import type { AdminMethod, AdminRole } from '#contracts/admin.ts';
import type { KindFacts } from '#registry/kinds.ts';

export type HttpVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A command of administration, on every surface. */
export interface AdminCommand {
  readonly method: AdminMethod;
  /** Of the commands that every resource has: which resource. */
  readonly kind: KindFacts | undefined;
  readonly verb: HttpVerb;
  /** "/admin/users/{id}". */
  readonly path: string;
  /** "users create": how gatewayctl and documents name it. */
  readonly cli: string;
  /** The owner among them, unless it is for holders. */
  readonly roles: readonly AdminRole[];
  readonly summary: string;
  /** What a caller writes: a resource, or the request of the method. */
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Of success, where something is answered. */
  readonly status: number;
  readonly isRead: boolean;
}

/** Whether what is asked for stands in the query. A read by POST has it in its body: maps and lists have no place in a query. */
export function readsQuery({ isRead, verb }: Pick<AdminCommand, 'isRead' | 'verb'>): boolean {
  return isRead && verb === 'GET';
}

/** Whether a command is about the caller's own user, and for nobody else. */
export function isForHolders({ roles }: Pick<AdminCommand, 'roles'>): boolean {
  return roles.includes('holder');
}

/** Whether a command can be held to the version that it was made from. */
export function takesVersion({ method }: AdminCommand): boolean {
  return method === 'update' || method === 'delete';
}
