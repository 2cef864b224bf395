import { create } from '@bufbuild/protobuf';
import type { AdminPort } from '#contracts/admin.ts';
import { CreateRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';

/** Long enough to be clicked, and short enough for a terminal's history. */
const VALID_MS = 3_600_000;

/** A code that opens one session of the console, as an owner. */
export async function signInCode(admin: Pick<AdminPort, 'create'>, nowMs: number): Promise<string> {
  const expiresAt = new Date(nowMs + VALID_MS).toISOString();
  const token = { name: 'Sign-in at the start', role: 'owner', purpose: 'sign_in', expiresAt };
  const request = create(CreateRequestSchema, { resource: { resource: { case: 'token', value: token } } });
  const { resource } = await admin.create(request, { actor: 'gateway', role: 'owner', address: '', requestId: '' });
  const made = resource?.resource;
  return made?.case === 'token' ? (made.value.token ?? '') : '';
}
