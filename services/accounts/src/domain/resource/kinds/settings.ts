import { equals } from '@bufbuild/protobuf';
import { ConsoleOidcSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import type { KindRules } from '../kind-rules.ts';

type ConsoleOidc = ResourceOf<'settings'>['consoleOidc'];

/** What a variable with a client's secret is called: whoever sets the issuer gets it sent, and must get no other secret. */
const SECRET_REFERENCE = /^(env:(?!GATEWAY_)[A-Z0-9_]+_CLIENT_SECRET|file:.+)$/;

/** Settings: there is one, of a name of the gateway's. */
export const settingsRules: KindRules<'settings'> = {
  settle: (next) => ({ ...next, id: SINGLE_ID }),
  problem: ({ consoleOidc }, before, { isOwners }) =>
    isSame(consoleOidc, before?.consoleOidc)
      ? undefined
      : (ownersProblem(isOwners) ?? (consoleOidc && (secretProblem(consoleOidc) ?? teamProblem(consoleOidc)))),
};

/** Who decides which groups are owners is an owner. */
function ownersProblem(isOwners: boolean): Refusal | undefined {
  if (isOwners) return undefined;
  const message = "Only an owner may change 'console_oidc': it says who administers the gateway.";
  return { code: 'forbidden', message, param: 'console_oidc' };
}

function secretProblem({ clientSecretRef }: NonNullable<ConsoleOidc>): Refusal | undefined {
  if (clientSecretRef === '' || SECRET_REFERENCE.test(clientSecretRef)) return undefined;
  const field = 'console_oidc.client_secret_ref';
  return invalid(`'${field}' must name a variable SOMETHING_CLIENT_SECRET, or a file.`, field);
}

/** Only holders are users, and in a team. */
function teamProblem({ rules }: NonNullable<ConsoleOidc>): Refusal | undefined {
  const at = rules.findIndex(({ role, team }) => role !== 'holder' && team !== '');
  if (at === -1) return undefined;
  const field = `console_oidc.rules[${at}].team`;
  return invalid(`'${field}' is for the role holder alone: leave it out for ${rules[at]?.role}.`, field);
}

function isSame(one: ConsoleOidc, other: ConsoleOidc): boolean {
  if (one === undefined || other === undefined) return one === other;
  return equals(ConsoleOidcSchema, one, other);
}
