import { fieldsVisible } from '#admin-api/field-options.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { type AnyResource, factsOf } from '#registry/kinds.ts';
import type { Ports, UserSeals } from '../ports.ts';

/** A resource with its sealed fields open. */
export async function opened(
  userSeals: UserSeals,
  resource: AnyResource | undefined,
): Promise<AnyResource | undefined> {
  return resource?.case === 'user' ? { case: 'user', value: await userSeals.open(resource.value) } : resource;
}

/**
 * A resource as the log may have it: personal data under the user's key, secrets under the master key.
 *
 * @param before The resource before, open.
 */
export async function sealed(
  { userSeals, sealSecret }: Pick<Ports, 'userSeals' | 'sealSecret'>,
  resource: AnyResource,
  before: AnyResource | undefined,
): Promise<AnyResource> {
  if (resource.case === 'user') {
    const earlier = before?.case === 'user' ? before.value : undefined;
    return { case: 'user', value: await userSeals.seal(resource.value, earlier) };
  }
  const { schema } = factsOf(resource.case);
  const secrets = fieldsVisible(schema, Visibility.SECRET);
  if (secrets.length === 0) return resource;
  const value: Record<string, unknown> = { ...resource.value };
  for (const { name, localName } of secrets) {
    const place = schema.fields.find((field) => field.name === `sealed_${name}`);
    if (place === undefined) throw new Error(`${schema.typeName} has no field sealed_${name}`);
    const secret = value[localName];
    value[localName] = '';
    if (typeof secret === 'string' && secret !== '') {
      value[place.localName] = sealSecret(secret, `${resource.case}/${resource.value.id}`);
    }
  }
  return { case: resource.case, value } as unknown as AnyResource;
}
