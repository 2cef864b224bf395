import type { Command } from 'commander';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { createGrpcClient, type RpcCalls } from '#rpc/client.ts';
import { type CommandContext, connectionOf } from './command-context.ts';

/** Runs with the gateway's administration, and lets go of it after. */
export async function withAdministration<T>(
  command: Command,
  context: CommandContext,
  use: (calls: RpcCalls<typeof AdminService>) => Promise<T>,
): Promise<T> {
  const { calls, close } = createGrpcClient(AdminService, connectionOf(command, context));
  try {
    return await use(calls);
  } finally {
    close();
  }
}
