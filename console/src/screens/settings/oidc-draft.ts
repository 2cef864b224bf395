import type { ConsoleOidc, ConsoleOidcInput } from '../../api/gen/index.ts';
import { listIn, textOf } from '../../ui/text-lists.ts';

/** Texts of the form, by the names that the API has for them. */
export const oidcInputs = [
  {
    name: 'issuer',
    label: 'Issuer',
    hint: 'https://login.example.com: its endpoints and keys are found by discovery',
    isRequired: true,
  },
  { name: 'client_id', label: 'Client id', hint: 'As the provider knows this gateway', isRequired: true },
  {
    name: 'client_secret_ref',
    label: 'Where the client secret is',
    hint: 'env:CONSOLE_CLIENT_SECRET, or file:/run/secrets/console/oidc. Never the secret itself. Empty: a public client.',
  },
  { name: 'name', label: 'Name', hint: "On the sign-in button. Empty: the issuer's host." },
  {
    name: 'public_url',
    label: 'Public URL',
    hint: 'https://gateway.example.com: this gateway as browsers see it. Empty: as their requests say.',
  },
  { name: 'scopes', label: 'Scopes', hint: 'Beside openid, with commas between them. Empty: email, profile.' },
  {
    name: 'group_claim',
    label: 'Group claim',
    hint: "The claim of the id token with a person's groups. Empty: groups.",
  },
  {
    name: 'allowed_domains',
    label: 'Allowed domains',
    hint: 'Of verified e-mail addresses, with commas between them. Empty: all.',
  },
] as const;

export type OidcText = (typeof oidcInputs)[number]['name'];

/** The role of those who see what is their own. */
export const HOLDER = 'holder';

/** A rule in the making. `key`: tells it apart from the others while rows move. */
export interface RuleDraft {
  readonly key: number;
  readonly group: string;
  readonly role: string;
  /** Of a holder, the team that they are in; empty: whichever it is. */
  readonly team: string;
}

/** What the form holds. */
export interface OidcDraft {
  readonly texts: Readonly<Record<OidcText, string>>;
  readonly rules: readonly RuleDraft[];
  readonly createsUsers: boolean;
}

export function draftOf(oidc: ConsoleOidc | null | undefined): OidcDraft {
  const texts = Object.fromEntries(oidcInputs.map(({ name }) => [name, shown(oidc?.[name])]));
  const rules = (oidc?.rules ?? []).map(({ group, role, team }, key) => ({
    ...{ key, group: group ?? '', role: role ?? '', team: team ?? '' },
  }));
  return {
    texts: texts as OidcDraft['texts'],
    rules: rules.length > 0 ? rules : [{ key: 0, group: '', role: 'owner', team: '' }],
    createsUsers: oidc?.creates_users === true,
  };
}

/** The draft as the API takes it: what is empty is left out. */
export function oidcOf({ texts, rules, createsUsers }: OidcDraft): ConsoleOidcInput {
  const { issuer, client_id, scopes, allowed_domains, ...others } = texts;
  const given = Object.entries(others)
    .map(([name, text]) => [name, text.trim()])
    .filter(([, text]) => text !== '');
  return {
    ...Object.fromEntries(given),
    issuer: issuer.trim(),
    client_id: client_id.trim(),
    scopes: listIn(scopes),
    allowed_domains: listIn(allowed_domains),
    creates_users: createsUsers,
    rules: rules.map(({ group, role, team }) => ({
      group: group.trim(),
      role: role as 'owner',
      ...(role === HOLDER && team.trim() !== '' ? { team: team.trim() } : {}),
    })),
  };
}

function shown(value: string | string[] | null | undefined): string {
  return Array.isArray(value) ? textOf(value) : (value ?? '');
}
