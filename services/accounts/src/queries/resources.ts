import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { factsOf, type Kind, wrap } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import { shown } from '../domain/resource/shown.ts';
import { type ComputeDependencies, withComputed, withComputedAtOnce } from './computed-fields.ts';
import { type ListClauses, type ListContext, listClauses, SEARCH } from './list-clauses.ts';
import { pageLimit } from './page-limit.ts';
import { type FoundResource, isKnown, readPage, readResource } from './read-resources.ts';
import { searchUsers } from './search-users.ts';

/** One resource with all that is computed of it. Rejects with `not_found` where there is none. */
export async function getResource(
  dependencies: ComputeDependencies,
  kind: Kind,
  id: string,
): Promise<AdminOutput<'get'>> {
  const { options } = factsOf(kind);
  const found = await readResource(dependencies, kind, options.isSingle ? SINGLE_ID : id);
  if (found === undefined) {
    throw new Fault({ code: 'not_found', message: `There is no such ${options.title}.`, param: 'id' });
  }
  const resource = await withComputed(dependencies, shown(found.resource, dependencies.nowMs));
  return { resource: wrap(resource), version: BigInt(found.version) };
}

/** A page of resources, and whether there are more. Rejects with `invalid_request`. */
export async function listResources(
  dependencies: ComputeDependencies & ListContext,
  kind: Kind,
  request: AdminInput<'list'>,
): Promise<AdminOutput<'list'>> {
  const limit = pageLimit(request.limit);
  const found = await foundPage(dependencies, kind, request, limit + 1);
  const page = found.slice(0, limit).map(({ resource }) => shown(resource, dependencies.nowMs));
  const resources = await withComputedAtOnce(dependencies, page);
  return { resources: resources.map(wrap), hasMore: found.length > limit };
}

async function foundPage(
  dependencies: ComputeDependencies & ListContext,
  kind: Kind,
  request: AdminInput<'list'>,
  rowsMax: number,
): Promise<readonly FoundResource[]> {
  const { [SEARCH]: part, ...filters } = request.filters;
  const clauses = listClauses(kind, kind === 'user' ? { ...request, filters } : request, dependencies);
  const only = factsOf(kind).options.isSingle ? await readResource(dependencies, kind, SINGLE_ID) : undefined;
  if (only !== undefined) return [only];
  const behind = (after: string): ListClauses => listClauses(kind, { ...request, filters, after }, dependencies);
  const page =
    kind === 'user' && part !== undefined
      ? await searchUsers(dependencies, behind, { part, after: request.after, rowsMax })
      : await readPage(dependencies, clauses, rowsMax);
  // Behind a resource that never was there is nothing, which would be taken for the end of the list.
  if (page.length === 0 && request.after !== '' && !(await isKnown(dependencies, kind, request.after))) {
    throw new Fault(invalid("'after' must be the id of the last resource of the page before.", 'after'));
  }
  return page;
}
