import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { type CallContext, type ServedService, type ServiceHandlers, servedService } from '#rpc/served-service.ts';

type Method = (request: unknown, caller: AdminCaller) => Promise<unknown>;

/** Serves administration over gRPC: to other processes, to gatewayctl, and to any tool that speaks gRPC. */
export function adminService(admin: AdminPort): ServedService {
  const methods = admin as unknown as Readonly<Record<string, Method>>;
  const handlers = AdminService.methods.map(({ localName }) => [
    localName,
    (request: unknown, { caller }: CallContext) => methods[localName]?.(request, known(caller)),
  ]);
  return servedService(AdminService, Object.fromEntries(handlers) as ServiceHandlers<typeof AdminService>);
}

function known(caller: AdminCaller | undefined): AdminCaller {
  if (caller !== undefined) return caller;
  throw new Fault({ code: 'invalid_admin_token', message: 'The call does not say on whose behalf it is.' });
}
