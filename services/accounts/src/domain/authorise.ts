import { getOption } from '@bufbuild/protobuf';
import type { AdminInput, AdminMethod, AdminRole } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { command as commandOption, Role } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { factsOf, isKind, type Kind } from '#registry/kinds.ts';

const roles: Readonly<Record<AdminRole, Role>> = {
  owner: Role.OWNER,
  operator: Role.OPERATOR,
  billing: Role.BILLING,
  auditor: Role.AUDITOR,
  holder: Role.HOLDER,
};

const readers: ReadonlySet<AdminMethod> = new Set(['get', 'list']);

/** Why a role may not call a method; undefined: it may. An owner may do everything but what is for holders. */
export function roleProblem<M extends AdminMethod>(
  method: M,
  request: AdminInput<M>,
  role: AdminRole,
): Refusal | undefined {
  const allowed = rolesFor(method, request);
  if (allowed.includes(roles[role])) return undefined;
  if (allowed.includes(Role.HOLDER))
    return { code: 'forbidden', message: `No user is a token's of the role ${role}: this is for key holders.` };
  if (role === 'owner') return undefined;
  return { code: 'forbidden', message: `An administrator with the role ${role} may not do this.` };
}

/** Whether a role may read resources of a kind. */
export function mayRead(role: AdminRole, kind: Kind): boolean {
  return role === 'owner' || factsOf(kind).options.read.includes(roles[role]);
}

/** Who may call a method, beside the owner: by its own option, or for the five of every resource by the resource's. */
function rolesFor<M extends AdminMethod>(method: M, request: AdminInput<M>): readonly Role[] {
  const kind = kindIn(request);
  if (kind === undefined) return getOption(AdminService.method[method], commandOption).roles;
  if (!isKind(kind)) return [];
  const { read, write } = factsOf(kind).options;
  return readers.has(method) ? read : write;
}

/** The kind of resource that one of the five is about; undefined: the request is one of another method. */
function kindIn(request: AdminInput<AdminMethod>): string | undefined {
  switch (request.$typeName) {
    case 'gateway.admin.v1.CreateRequest':
    case 'gateway.admin.v1.UpdateRequest':
      return request.resource?.resource.case ?? '';
    case 'gateway.admin.v1.GetRequest':
    case 'gateway.admin.v1.ListRequest':
    case 'gateway.admin.v1.DeleteRequest':
      return request.kind;
    default:
      return undefined;
  }
}
