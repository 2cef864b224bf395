import type { DescService } from '@bufbuild/protobuf';
import { createGrpcClient, type RpcCalls } from '#rpc/client.ts';
import type { Connection } from './connection.ts';

/** Asks one of a connection's servers. */
export async function withServer<S extends DescService, T>(
  service: S,
  connection: Connection,
  address: string,
  use: (calls: RpcCalls<S>) => Promise<T>,
): Promise<T> {
  const { calls, close } = createGrpcClient(service, { ...connection, addresses: [address] });
  try {
    return await use(calls);
  } finally {
    close();
  }
}
