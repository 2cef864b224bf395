import type { Resource } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { faultFrom } from '#errors/fault.ts';
import { type AnyResource, unwrap, wrap } from '#registry/kinds.ts';
import { type ComputeDependencies, withComputed } from './computed-fields.ts';

/**
 * A resource that was changed just now, as a read shows it. If the part of the gateway that computes a field is away, the field
 * is left out: the change is made, and its answer must say so.
 */
export async function changedWhole<A extends AnyResource>(dependencies: ComputeDependencies, changed: A): Promise<A> {
  try {
    return (await withComputed(dependencies, changed)) as A;
  } catch (thrown) {
    if (faultFrom(thrown).code === 'unavailable') return changed;
    throw thrown;
  }
}

/** The answer of a change, its resource as a read shows it. */
export async function answeredWhole<A extends { readonly resource?: unknown }>(
  dependencies: ComputeDependencies,
  answer: A,
): Promise<A> {
  const resource = answer.resource === undefined ? undefined : unwrap(answer.resource as Resource);
  return resource === undefined ? answer : { ...answer, resource: wrap(await changedWhole(dependencies, resource)) };
}
