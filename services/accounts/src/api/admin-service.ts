import type { AdminCaller, AdminInput, AdminMethod, AdminPort } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { type CallContext, type ServedService, type ServiceHandlers, servedService } from '#rpc/served-service.ts';

/** A call that names nobody came with the gateway's own token. */
const bootstrapOwner: AdminCaller = { actor: 'bootstrap', role: 'owner', address: '', requestId: '' };

/** gateway.admin.v1.AdminService, of the leader of accounts. */
export function adminService(admin: AdminPort): ServedService {
  const handlers = Object.entries(admin).map(([name, method]) => {
    const call = method as (request: AdminInput<AdminMethod>, caller: AdminCaller) => unknown;
    return [
      name,
      (request: AdminInput<AdminMethod>, { caller = bootstrapOwner }: CallContext) => call(request, caller),
    ];
  });
  return servedService(AdminService, Object.fromEntries(handlers) as ServiceHandlers<typeof AdminService>);
}
