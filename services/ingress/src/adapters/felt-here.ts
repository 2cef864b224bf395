import type { AdminCaller, AdminMethod, AdminPort } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { Journal } from '#journal/journal.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import { isRepeatable } from '#rpc/service-definition.ts';

/** How long a change may take to be felt here before its caller is answered all the same. */
const VISIBLE_MAX_MS = 2_000;

type Method = (request: never, caller: AdminCaller) => Promise<unknown>;

/** Administration in another process, whose changes are in force in this one too when they are answered. */
export function feltHere(
  admin: AdminPort,
  {
    journal,
    registry,
  }: { readonly journal: Pick<Journal, 'head'>; readonly registry: Pick<FollowedRegistry, 'reached'> },
): AdminPort {
  async function untilFelt(): Promise<void> {
    const timeout = AbortSignal.timeout(VISIBLE_MAX_MS);
    const late = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([journal.head().then((head) => registry.reached(head)), late]).catch(() => undefined);
  }

  const methods = AdminService.methods.map((method): [string, Method] => {
    const call: Method = admin[method.localName as AdminMethod];
    if (isRepeatable(method)) return [method.localName, call];
    const changed: Method = async (request, caller) => {
      const answer = await call(request, caller);
      await untilFelt();
      return answer;
    };
    return [method.localName, changed];
  });
  return Object.fromEntries(methods) as unknown as AdminPort;
}
