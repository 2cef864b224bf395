import { create } from '@bufbuild/protobuf';
import type { AdminCaller, AdminPort, AdminRole, ValidAdminToken } from '#contracts/admin.ts';
import { CreateRequestSchema, DeleteRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { Clock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';
import { endedWith } from './ended-sessions.ts';
import { sessionCookie } from './session-cookie.ts';

/** A working day, after which one signs in again. */
const SESSION_HOURS = 12;
const HOUR_MS = 3_600_000;

/** Who signs in: by what a session is opened, and with which rights. */
export interface Opener {
  /** The token that the session ends with, or the person of an identity provider. */
  readonly openedBy: string;
  readonly role: AdminRole;
  /** Of a holder, their user; absent or empty: it is none. */
  readonly userId?: string | undefined;
}

interface SessionKeeping {
  readonly admin: Pick<AdminPort, 'create' | 'delete'>;
  readonly registry: Pick<Registry, 'all'>;
  readonly clock: Clock;
}

/**
 * Makes the admin token that a session is, and the cookie that it is kept in. Sessions whose time is over, and what is more than one
 * opener may have, end with it. Rejects with a `Fault`.
 */
export async function openSession(
  { admin, registry, clock }: SessionKeeping,
  { openedBy, role, userId = '' }: Opener,
  { caller, isSecure }: { readonly caller: AdminCaller; readonly isSecure: boolean },
): Promise<{ readonly session: ValidAdminToken; readonly cookie: string }> {
  const expiresAt = new Date(clock() + SESSION_HOURS * HOUR_MS).toISOString();
  const token = { name: 'Console', role, purpose: 'session', openedBy, expiresAt, userId };
  const request = create(CreateRequestSchema, { resource: { resource: { case: 'token', value: token } } });
  const { resource } = await admin.create(request, caller);
  const made = resource?.resource;
  if (made?.case !== 'token') throw new Error('an admin token was made, and none came back');
  const { id = '', token: secret = '' } = made.value;
  const ended = endedWith(registry.all('token'), { openedBy, userId, nowMs: clock() });
  // What cannot be ended now ends with the next sign-in.
  await Promise.allSettled(ended.map((each) => admin.delete(deletionOf(each), caller)));
  const cookie = sessionCookie(secret, { seconds: (SESSION_HOURS * HOUR_MS) / 1_000, isSecure });
  return { session: { id, role, openedBy, expiresAt, userId }, cookie };
}

function deletionOf(id: string) {
  return create(DeleteRequestSchema, { kind: 'token', id });
}

/** The gateway, which opens and ends sessions on behalf of whom it has checked itself. */
export function gatewayItself({ request, id }: Exchange, addressOf: ClientAddress): AdminCaller {
  return { actor: 'gateway', role: 'owner', address: addressOf(request), requestId: id };
}

/** Whether the browser's request came by TLS. */
export function isByTls({ response }: Exchange): boolean {
  return response.hasHeader('strict-transport-security');
}
