import type { SecretPurpose } from '#api-keys/api-key.ts';
import type { AnyResource, Kind } from '#registry/kinds.ts';
import type { ResourceCommand } from '../domain/resource/command.ts';
import type { IssuedSecret, Ports } from '../ports.ts';

/**
 * The secret that a command gives out; undefined: it gives out none. With an idempotency key it follows from the key, so that
 * a repeat gives the same one and it is kept nowhere in between.
 */
export function issueFor(
  { issueSecret }: Pick<Ports, 'issueSecret'>,
  kind: Kind,
  command: ResourceCommand['type'],
  id: string,
  idempotencyKey: string,
): IssuedSecret | undefined {
  const purpose = purposeOf(kind, command);
  if (purpose === undefined) return undefined;
  // The secret of a creation follows from the key alone, as it always did.
  const text = purpose === 'rotated api key' ? `${id}/${idempotencyKey}` : idempotencyKey;
  return issueSecret(purpose, idempotencyKey === '' ? undefined : text);
}

function purposeOf(kind: Kind, command: ResourceCommand['type']): SecretPurpose | undefined {
  if (kind === 'key' && command === 'create') return 'api key';
  if (kind === 'key' && command === 'rotate') return 'rotated api key';
  return kind === 'token' && command === 'create' ? 'admin token' : undefined;
}

/** The resource with the secret that it was given just now. */
export function withSecret(resource: AnyResource, secret: IssuedSecret | undefined): AnyResource {
  if (secret === undefined) return resource;
  if (resource.case === 'key') return { case: 'key', value: { ...resource.value, apiKey: secret.text } };
  if (resource.case === 'token') return { case: 'token', value: { ...resource.value, token: secret.text } };
  return resource;
}
