import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { AdminService } from './gen/gateway/admin/v1/admin_pb.js';

/**
 * What an administrator may do; see the roles in the options of resources and commands. An owner may do everything but what is
 * for holders: a holder is one user, who sees what is their own and nothing else.
 */
export type AdminRole = 'owner' | 'operator' | 'billing' | 'auditor' | 'holder';

/** Who gives a command of administration, and from where: what the log says of it. */
export interface AdminCaller {
  /**
   * The id of an admin token; "bootstrap" for the gateway's own token; "config" for its settings; "gateway" for itself; "key:ID" for an
   * API key and "user:ID" for the token of an identity provider, both of which read what is their user's.
   */
  readonly actor: string;
  readonly role: AdminRole;
  /** Empty: from this gateway itself. */
  readonly address: string;
  readonly requestId: string;
  /** Of a holder, the user whose own things are asked for; absent or empty: the caller is none. */
  readonly userId?: string | undefined;
}

/** What an admin token is for; empty: programs. */
export type AdminTokenPurpose = '' | 'sign_in' | 'session';

/** Finds the admin token that a text is, where it is valid now, and for this purpose; absent: for programs. */
export type FindAdminToken = (token: string, purpose?: AdminTokenPurpose) => ValidAdminToken | undefined;

export interface ValidAdminToken {
  readonly id: string;
  readonly role: AdminRole;
  /** Of a session, the token that it was opened with; empty or absent: none. */
  readonly openedBy?: string | undefined;
  /** ISO 8601; empty or absent: it does not end by itself. */
  readonly expiresAt?: string | undefined;
  /** Of a holder, the user that the token is about; empty or absent: it is no holder's. */
  readonly userId?: string | undefined;
}

export const adminRoles: readonly AdminRole[] = ['owner', 'operator', 'billing', 'auditor', 'holder'];

const BY_KEY = 'key:';

/** Who an API key is, as the actor of a read or as what a session was opened with. */
export function actorOfKey(keyId: string): string {
  return `${BY_KEY}${keyId}`;
}

/** The API key that an actor or an opener is; empty: it is none. */
export function keyIdOfActor(actor: string): string {
  return actor.startsWith(BY_KEY) ? actor.slice(BY_KEY.length) : '';
}

export function isAdminRole(text: unknown): text is AdminRole {
  return adminRoles.some((role) => role === text);
}

type Methods = (typeof AdminService)['method'];
export type AdminMethod = keyof Methods;
export type AdminInput<M extends AdminMethod> = MessageShape<Methods[M]['input']>;
export type AdminOutput<M extends AdminMethod> = MessageInitShape<Methods[M]['output']>;

/**
 * gateway.admin.v1.AdminService: one function a method. A promise resolves when the command is durable and in force in this
 * process. Rejections are `Fault`s whose `param` names the field as the proto does; the caller's role is checked first
 * (`forbidden`).
 */
export type AdminPort = {
  readonly [M in AdminMethod]: (request: AdminInput<M>, caller: AdminCaller) => Promise<AdminOutput<M>>;
};
