import { withoutVisible } from '#admin-api/field-options.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { timeMs } from '#kernel/time-text.ts';
import { type AnyResource, factsOf } from '#registry/kinds.ts';

/** A resource as it may be shown: without hashes and secrets, and with the status it has at this time. */
export function shown(resource: AnyResource, nowMs: number): AnyResource {
  const { schema } = factsOf(resource.case);
  const open = withoutVisible(schema, resource.value, Visibility.HIDDEN, Visibility.SECRET);
  const value = open as unknown as Record<string, unknown>;
  if (isExpired(resource, nowMs)) value['status'] = 'expired';
  if (resource.case === 'key') value['revoked'] = resource.value.status === 'revoked';
  return { case: resource.case, value } as unknown as AnyResource;
}

/** A key or token whose time is over; one that was revoked is told of as revoked. */
function isExpired({ case: kind, value }: AnyResource, nowMs: number): boolean {
  if (kind !== 'key' && kind !== 'token') return false;
  return value.status !== 'revoked' && value.expiresAt !== '' && timeMs(value.expiresAt) <= nowMs;
}
