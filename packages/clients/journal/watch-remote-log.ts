import { setTimeout as pause } from 'node:timers/promises';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { faultFrom } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/** As often as Kubernetes asks the ingress whether it is ready. */
const LOOK_MS = 2_000;
const LOOK_TIMEOUT_MS = 2_000;

/** A takeover of the log takes some three seconds, in which requests wait: no reason to be taken out of the balance. */
const SILENT_MAX_MS = 10_000;

/** Whether the log can be written, as the journal says. */
export interface RemoteLogState {
  /** `ok`, or why requests cannot be admitted. */
  state(): string;
  close(): Promise<void>;
}

export function watchRemoteLog(peer: RpcPeer): RemoteLogState {
  const { calls, close } = createGrpcClient(JournalService, peer);
  const closing = new AbortController();
  let toldAtMs = performance.now();
  let unwritable = '';
  let failure = '';

  async function look(): Promise<void> {
    try {
      ({ unwritable } = await calls.head({}, { timeoutMs: LOOK_TIMEOUT_MS, signal: closing.signal }));
      toldAtMs = performance.now();
    } catch (error) {
      failure = faultFrom(error).refusal.message;
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await look();
      await pause(LOOK_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    state() {
      if (unwritable !== '') return unwritable;
      return performance.now() - toldAtMs < SILENT_MAX_MS ? 'ok' : `the log: ${failure}`;
    },
    async close() {
      closing.abort();
      await running;
      close();
    },
  };
}
