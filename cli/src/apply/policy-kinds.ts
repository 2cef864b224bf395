import { type Kind, kinds } from '#registry/kinds.ts';

/** The field by which a resource is found whose id the gateway makes. */
export const matchFields: Readonly<Partial<Record<string, 'name' | 'email'>>> = {
  organisation: 'name',
  team: 'name',
  user: 'email',
};

/** Kinds that a policy file cannot hold, and what to do instead. */
const elsewhere: Readonly<Partial<Record<Kind, string>>> = {
  key: 'the key itself is shown once, in the answer that makes it; use "gatewayctl api-keys create"',
  token: 'the token itself is shown once, in the answer that makes it; use "gatewayctl admin-tokens create"',
};

/** The kinds of a policy file, in the order in which they may refer to each other. */
export const policyKinds: readonly Kind[] = [...kinds.values()]
  .map(({ kind }) => kind)
  .filter((kind) => !elsewhere[kind]);

/** The kind that a file names; else why there is none. */
export function policyKind(text: unknown): { readonly kind: Kind } | { readonly problem: string } {
  const kind = policyKinds.find((each) => each === text);
  if (kind !== undefined) return { kind };
  const instead = typeof text === 'string' ? elsewhere[text as Kind] : undefined;
  if (instead !== undefined) return { problem: `a policy file cannot hold a ${text}: ${instead}.` };
  return { problem: `'kind' must be one of ${policyKinds.join(', ')}.` };
}

/** The name by which a reference is written in place of an id: "team" for team_id, "user_email" for user_id. */
export function nameOfReference(kind: string): string {
  return matchFields[kind] === 'email' ? `${kind}_email` : kind;
}

/** A name as it is compared: an e-mail is the same in any case of its letters. */
export function comparableName(kind: string, name: unknown): string {
  return matchFields[kind] === 'email' ? String(name).toLowerCase() : String(name);
}
