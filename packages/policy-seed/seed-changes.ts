import { isSimulator } from '#config/providers.ts';
import { resourceFromJson, resourceToJson } from '#registry/changes.ts';
import type { AnyResource, Kind } from '#registry/kinds.ts';
import { type Registry, SINGLE_ID } from '#registry/registry.ts';
import type { SettingsHistory } from './settings-history.ts';

/** What the configuration changes in policy. */
export type SeedChange =
  | { readonly type: 'set'; readonly resource: AnyResource; readonly isNew: boolean }
  | { readonly type: 'remove'; readonly kind: Kind; readonly id: string };

export interface SeedPlan {
  readonly changes: readonly SeedChange[];
  /** What the configuration says in vain, for its operator. */
  readonly warnings: readonly string[];
}

/** The kinds that a configuration has, beside the settings. */
const seededKinds = ['provider', 'price'] as const;
type SeededKind = (typeof seededKinds)[number];

const seedSources: ReadonlySet<string> = new Set(['config', 'environment']);

/**
 * What is to be done so that policy says what the configuration says. What an administrator has set by hand under the same id
 * stays, with a warning; what the configuration said once and says no longer is removed. The same configuration a second time
 * changes nothing.
 */
export function seedChanges(
  desired: readonly AnyResource[],
  registry: Pick<Registry, 'get' | 'all'>,
  history: SettingsHistory,
): SeedPlan {
  const warnings: string[] = [];
  const wanted = standIns(desired, registry);
  const changes = [
    ...wanted.flatMap((resource) =>
      resource.case === 'provider' || resource.case === 'price' ? seedOne(resource, registry, warnings) : [],
    ),
    ...removals(wanted, registry),
    ...wanted.flatMap((resource) =>
      resource.case === 'settings' ? seedSettings(resource, registry, history, warnings) : [],
    ),
  ];
  return { changes, warnings };
}

/** The simulator answers only where no other provider does: its answers cost nothing and mean nothing. */
function standIns(desired: readonly AnyResource[], registry: Pick<Registry, 'all'>): readonly AnyResource[] {
  const hasOther = Array.from(registry.all('provider')).some(
    ({ id, status, source }) => !isSimulator(id) && status !== 'disabled' && !seedSources.has(source),
  );
  return hasOther ? desired.filter(({ case: kind, value }) => kind !== 'provider' || !isSimulator(value.id)) : desired;
}

function seedOne(
  desired: AnyResource<SeededKind>,
  registry: Pick<Registry, 'get'>,
  warnings: string[],
): readonly SeedChange[] {
  const { id } = desired.value;
  const now = registry.get(desired.case, id);
  if (now === undefined) return [{ type: 'set', resource: desired, isNew: true }];
  const there = { case: desired.case, value: now } as AnyResource<SeededKind>;
  const isSame = textOf(desired, now.createdAt) === textOf(there, now.createdAt);
  if (isSame) return [];
  if (!seedSources.has(now.source)) {
    const isOnlySource = textOf(withSource(desired, now.source), now.createdAt) === textOf(there, now.createdAt);
    if (!isOnlySource)
      warnings.push(
        `the ${desired.case} ${id} was set by hand (${now.source}), so that of the configuration does not count: make them the same, or delete the one that was set by hand`,
      );
    return [];
  }
  return [{ type: 'set', resource: withCreatedAt(desired, now.createdAt), isNew: false }];
}

function removals(desired: readonly AnyResource[], registry: Pick<Registry, 'all'>): readonly SeedChange[] {
  const wanted = new Set(desired.map(({ case: kind, value }) => `${kind} ${value.id}`));
  return seededKinds.flatMap((kind) =>
    Array.from(registry.all(kind))
      .filter(({ id, source }) => seedSources.has(source) && !wanted.has(`${kind} ${id}`))
      .map(({ id }) => ({ type: 'remove' as const, kind, id })),
  );
}

/** Field by field: those that an administrator has changed stay, all others are the configuration's. */
function seedSettings(
  desired: AnyResource<'settings'>,
  registry: Pick<Registry, 'get'>,
  history: SettingsHistory,
  warnings: string[],
): readonly SeedChange[] {
  const now = registry.get('settings', SINGLE_ID);
  if (now === undefined) return [{ type: 'set', resource: desired, isNew: true }];
  const wanted = fieldsOf(desired);
  const merged = fieldsOf({ case: 'settings', value: now });
  let isChanged = false;
  for (const field of new Set([...Object.keys(wanted), ...Object.keys(merged)])) {
    if (JSON.stringify(wanted[field]) === JSON.stringify(merged[field])) continue;
    if (history.isByHand(field)) {
      warnings.push(`the setting ${field} was changed by hand, so that of the configuration does not count`);
      continue;
    }
    isChanged = true;
    if (wanted[field] === undefined) delete merged[field];
    else merged[field] = wanted[field];
  }
  const resource = isChanged ? resourceFromJson({ settings: merged }) : undefined;
  return resource === undefined ? [] : [{ type: 'set', resource, isNew: false }];
}

/** The fields of settings as they stand in the log. */
function fieldsOf(settings: AnyResource<'settings'>): Record<string, unknown> {
  return { ...resourceToJson(settings).settings };
}

function withCreatedAt(resource: AnyResource<SeededKind>, createdAt: string): AnyResource<SeededKind> {
  return { case: resource.case, value: { ...resource.value, createdAt } } as AnyResource<SeededKind>;
}

function withSource(resource: AnyResource<SeededKind>, source: string): AnyResource<SeededKind> {
  return { case: resource.case, value: { ...resource.value, source } } as AnyResource<SeededKind>;
}

/** All that is said of a resource, its age aside. */
function textOf(resource: AnyResource<SeededKind>, createdAt: string): string {
  return JSON.stringify(resourceToJson(withCreatedAt(resource, createdAt)));
}
