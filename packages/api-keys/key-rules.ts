import { type AddressRanges, compileAddressRanges } from '#kernel/address-ranges.ts';
import { compilePatterns, type Patterns } from '#kernel/patterns.ts';
import type { ResourceOf } from '#registry/kinds.ts';

type ApiKey = ResourceOf<'key'>;

/** What a key says of its use, compiled. An absent rule allows all. */
export interface KeyRules {
  readonly models: Patterns | undefined;
  readonly providers: Patterns | undefined;
  readonly endpoints: Patterns | undefined;
  readonly addresses: AddressRanges | undefined;
  /** From then on the key is no longer valid; Infinity: never. */
  readonly expiresAtMs: number;
  /** From then on the key before the rotation is no longer valid. */
  readonly previousKeyExpiresAtMs: number;
}

/** The registry gives a changed key a new object, so that rules are compiled once for each change and never go stale. */
const compiled = new WeakMap<ApiKey, KeyRules>();

/** A key's rules. Throws where they cannot be read: a rule that says nothing must not allow everything. */
export function rulesOf(key: ApiKey): KeyRules {
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const rules: KeyRules = {
    models: unlessEmpty(key.allowedModels, compilePatterns),
    providers: unlessEmpty(key.allowedProviders, compilePatterns),
    endpoints: unlessEmpty(key.allowedEndpoints, compilePatterns),
    addresses: unlessEmpty(key.allowedAddresses, compileAddressRanges),
    expiresAtMs: key.expiresAt === '' ? Number.POSITIVE_INFINITY : timeMs(key.expiresAt),
    previousKeyExpiresAtMs: key.previousKeyExpiresAt === '' ? 0 : timeMs(key.previousKeyExpiresAt),
  };
  compiled.set(key, rules);
  return rules;
}

function unlessEmpty<T>(values: readonly string[], compile: (values: readonly string[]) => T): T | undefined {
  return values.length === 0 ? undefined : compile(values);
}

/** A time that cannot be read is over. */
function timeMs(text: string): number {
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? 0 : parsed;
}
