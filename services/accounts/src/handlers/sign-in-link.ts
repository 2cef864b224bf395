import { create } from '@bufbuild/protobuf';
import type { AdminCaller, AdminInput, AdminOutput } from '#contracts/admin.ts';
import { CreateRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { timeText } from '#kernel/time-text.ts';
import type { Registry } from '#registry/registry.ts';
import { conflict } from '../domain/resource/conflict.ts';
import { notFound } from '../domain/resource/decide.ts';
import type { Ports } from '../ports.ts';
import { createResource } from './resource-commands.ts';

const MINUTE_MS = 60_000;
/** An hour: long enough for a message to be read, and short enough for one that goes astray. */
const VALID_DEFAULT_MINUTES = 60;

/** Makes a code that opens one session of a user's. Its session ends with the token of whoever made it. */
export async function createSignInLink(
  ports: Ports,
  { id: userId, validMinutes }: AdminInput<'createSignInLink'>,
  caller: AdminCaller,
): Promise<AdminOutput<'createSignInLink'>> {
  const user = ports.registry.get('user', userId);
  if (user === undefined || user.status === 'deleted') throw new Fault(notFound('user'));
  if (user.status !== 'active') throw new Fault(conflict(`The user is ${user.status}, and could not sign in.`));
  const expiresAt = timeText(ports.clock() + (validMinutes || VALID_DEFAULT_MINUTES) * MINUTE_MS);
  const openedBy = makerOf(ports.registry, caller);
  const token = { name: 'Sign-in link', role: 'holder', purpose: 'sign_in', userId, openedBy, expiresAt };
  const request = create(CreateRequestSchema, { resource: { resource: { case: 'token', value: token } } });
  const { resource } = await createResource(ports, request, caller);
  const made = resource?.resource;
  if (made?.case !== 'token') throw new Error('a sign-in link was made, and none came back');
  const { id = '', token: code = '' } = made.value;
  // Behind the `#`, which no browser sends to a server.
  return { id, code, path: `/console/#sign-in=${code}`, expiresAt };
}

/** What the caller's own session was opened with: the link must outlast their signing out. */
function makerOf(registry: Pick<Registry, 'get'>, { actor }: AdminCaller): string {
  const token = registry.get('token', actor);
  // The gateway's own token, or one that was revoked just now: with that one, nobody signs in.
  if (token === undefined) return actor;
  return token.purpose === 'session' ? token.openedBy : token.id;
}
