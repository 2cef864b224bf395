import { type DescMethod, getOption } from '@bufbuild/protobuf';
import type { AdminMethod, AdminRole } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { command as commandOption, Role } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { kinds } from '#registry/kinds.ts';
import type { AdminCommand, HttpVerb } from './admin-command.ts';
import { fieldOptionsOf } from './field-options.ts';
import { resourceCommands } from './resource-commands.ts';

/** One URL of a command. */
export interface CommandRoute {
  readonly command: AdminCommand;
  readonly path: string;
  /** Parameters of the path that this route has settled: "users" for {collection}. */
  readonly fixed: Readonly<Record<string, string>>;
}

const STATUS_OK = 200;
const PARAMETER = /\{(\w+)\}/g;

const roleNames: Readonly<Record<Exclude<Role, Role.UNSPECIFIED>, AdminRole>> = {
  [Role.OWNER]: 'owner',
  [Role.OPERATOR]: 'operator',
  [Role.BILLING]: 'billing',
  [Role.AUDITOR]: 'auditor',
  [Role.HOLDER]: 'holder',
};

/** Every command there is: those of resources first, then those of their own. */
export const commands: readonly AdminCommand[] = [
  ...[...kinds.values()].flatMap((kind) => resourceCommands(kind, rolesOf)),
  ...AdminService.methods.flatMap((method) => commandOf(method)),
];

function commandOf(method: DescMethod): readonly AdminCommand[] {
  const { http, cli, roles, summary, status, isRead } = getOption(method, commandOption);
  const [verb = '', path = ''] = http.split(' ');
  if (path === '') return [];
  return [
    {
      method: method.localName as AdminMethod,
      kind: undefined,
      verb: verb as HttpVerb,
      path,
      cli,
      roles: rolesOf(roles),
      summary,
      input: method.input,
      output: method.output,
      status: status === 0 ? STATUS_OK : status,
      isRead,
    },
  ];
}

/** What is for holders is for nobody else: no user is an owner's. */
function rolesOf(roles: readonly Role[]): readonly AdminRole[] {
  const named = roles.flatMap((role) => (role === Role.UNSPECIFIED ? [] : roleNames[role]));
  return named.includes('holder') ? named : ['owner', ...named];
}

/** The names in braces of a path. */
export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map(([, name = '']) => name);
}

/** The URLs of a command: one for each value of a parameter that has a closed set of values. */
export function routesOfCommand(command: AdminCommand): readonly CommandRoute[] {
  let routes: readonly CommandRoute[] = [{ command, path: command.path, fixed: {} }];
  for (const name of parametersOf(command.path)) {
    const field = command.input.fields.find((each) => each.name === name);
    const values = field === undefined ? [] : fieldOptionsOf(field).oneOf;
    if (values.length === 0) continue;
    routes = routes.flatMap(({ path, fixed }) =>
      values.map((value) => ({
        command,
        path: path.replace(`{${name}}`, value),
        fixed: { ...fixed, [name]: value },
      })),
    );
  }
  return routes;
}

/** Whether the ids of what a path names may hold slashes: the operator has chosen them. */
export function mayHoldSlashes(path: string): boolean {
  const [, , collection] = path.split('/');
  return [...kinds.values()].some(({ options }) => options.isNamed && options.collection === collection);
}
