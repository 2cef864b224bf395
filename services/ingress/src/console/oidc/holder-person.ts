import { setTimeout } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import type { JWTPayload } from 'jose';
import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import {
  CreateRequestSchema,
  ListRequestSchema,
  ListResponseSchema,
  UpdateRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { User } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import type { ConsoleOidc } from './person.ts';

type UsersPort = Pick<AdminPort, 'create' | 'list' | 'update'>;

/** Why somebody whom a rule makes a holder is none. */
export type HolderProblem = 'no_verified_email' | 'unknown_person' | 'suspended';

/** As long as a user's name may be. */
const NAME_CHARS_MAX = 200;

/** How long a user that somebody else has just made is looked for: two seconds, which is longer than the tables are behind. */
const LOOKS_MAX = 20;
const LOOK_INTERVAL_MS = 100;

/**
 * The user that a person of the identity provider is: by their verified e-mail, for another may be anybody's. Whom nobody knows is made a
 * user where the settings say so. A rule with a team has its people in it.
 *
 * @param caller The gateway, which the log names for what is made and moved here.
 */
export async function userOfPerson(
  admin: UsersPort,
  claims: JWTPayload,
  { team, createsUsers }: { readonly team: string } & Pick<ConsoleOidc, 'createsUsers'>,
  caller: AdminCaller,
): Promise<{ readonly userId: string } | { readonly problem: HolderProblem }> {
  const { email, email_verified: isVerified } = claims;
  if (typeof email !== 'string' || email === '' || isVerified !== true) return { problem: 'no_verified_email' };
  // The Kelvin sign in lower case is a k: whoever has an address with one must not be taken for somebody else.
  if (email !== email.normalize('NFC')) return { problem: 'no_verified_email' };
  const found = await userOfEmail(admin, email, caller);
  if (found === undefined && !createsUsers) return { problem: 'unknown_person' };
  const user = found ?? (await makeUser(admin, { email, name: nameIn(claims, email), team }, caller));
  if (user.status !== 'active') return { problem: 'suspended' };
  if (team !== '' && user.teamId !== team) await move(admin, user.id, team, caller);
  return { userId: user.id };
}

/** Accounts finds users by the digest of their e-mail, in whatever case it is written. */
async function userOfEmail(admin: UsersPort, email: string, caller: AdminCaller): Promise<User | undefined> {
  const request = create(ListRequestSchema, { kind: 'user', filters: { email } });
  const { resources } = create(ListResponseSchema, await admin.list(request, caller));
  return resources
    .flatMap(({ resource }) => (resource.case === 'user' ? [resource.value] : []))
    .find(({ status }) => status !== 'deleted');
}

interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly team: string;
}

/** Of two first sign-ins at once, one makes the user, and the other finds it. */
async function makeUser(admin: UsersPort, { email, name, team }: NewUser, caller: AdminCaller): Promise<User> {
  const value = { name, email, teamId: team };
  const request = create(CreateRequestSchema, { resource: { resource: { case: 'user', value } } });
  try {
    const made = (await admin.create(request, caller)).resource?.resource;
    if (made?.case === 'user') return made.value as User;
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'conflict') throw thrown;
    // Who made the user is ahead of the tables that lists are read from.
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const found = await userOfEmail(admin, email, caller);
      if (found !== undefined) return found;
      await setTimeout(LOOK_INTERVAL_MS);
    }
    throw thrown;
  }
  throw new Error('a user was made, and none came back');
}

async function move(admin: UsersPort, id: string, teamId: string, caller: AdminCaller): Promise<void> {
  const resource = { resource: { case: 'user', value: { id, teamId } } } as const;
  await admin.update(create(UpdateRequestSchema, { resource, fields: ['team_id'] }), caller);
}

function nameIn({ name }: JWTPayload, email: string): string {
  const given = typeof name === 'string' ? name.replaceAll(/\p{Cc}/gu, '').trim() : '';
  return (given === '' || !given.isWellFormed() ? email : given).slice(0, NAME_CHARS_MAX);
}
