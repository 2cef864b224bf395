import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { RpcCalls } from '#rpc/client.ts';
import { withAdmin } from './admin/admin-source.ts';
import { type CommandContext, connectionOf } from './command-context.ts';

/** Administration as a tool calls it: with as much of a request as it has to say. */
export type AdminCalls = RpcCalls<typeof AdminService>;

/** The token says who asks. */
const byToken: AdminCaller = { actor: '', role: 'owner', address: '', requestId: '' };

/** Runs with the gateway's administration, and lets go of it after. */
export async function withAdministration<T>(
  command: Command,
  context: CommandContext,
  use: (calls: AdminCalls) => Promise<T>,
): Promise<T> {
  return withAdmin(connectionOf(command, context), async (port) => {
    const calls = callsOf(port);
    // Another address is tried until one takes the token. What follows may change things, and is begun once.
    await calls.whoAmI({});
    return use(calls);
  });
}

/** Administration by requests that need not be whole. */
export function callsOf(port: AdminPort): AdminCalls {
  const methods = port as unknown as Readonly<Record<string, (request: unknown, caller: AdminCaller) => unknown>>;
  const calls = AdminService.methods.map(({ localName, input }) => [
    localName,
    (request: MessageInitShape<DescMessage>) => methods[localName]?.(create(input, request), byToken),
  ]);
  return Object.fromEntries(calls) as AdminCalls;
}
