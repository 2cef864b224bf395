import { DeadLettersService } from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import { deadLetterFromWire, selectionToWire } from '#dead-letters/dead-letter-wire.ts';
import type { DeadLettersPort } from '#dead-letters/dead-letters-port.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/** People wait for a list. */
const LIST_TIMEOUT_MS = 5_000;

export interface RemoteDeadLetters extends DeadLettersPort {
  close(): void;
}

/** The dead letters of another process. */
export function createRemoteDeadLetters(peer: RpcPeer): RemoteDeadLetters {
  const { calls, close } = createGrpcClient(DeadLettersService, peer);
  return {
    async list(pageSize) {
      const { deadLetters, consumers } = await calls.list({ pageSize }, { timeoutMs: LIST_TIMEOUT_MS });
      return { letters: deadLetters.map(deadLetterFromWire), consumers };
    },
    async retry(consumer, selection, timeoutMs) {
      const { succeededCount, stuckCount } = await calls.retry(
        { consumer, selected: selectionToWire(selection) },
        { timeoutMs },
      );
      return { succeededCount: Number(succeededCount), stuckCount: Number(stuckCount) };
    },
    close,
  };
}
