import type { ProviderErrorKind } from '#ai/answer-decoder.ts';
import type { CallOutcome } from '../fleet/call-outcome.ts';
import type { CallFaultReason } from '../ports.ts';

/** What a provider's no says of its health. */
export function outcomeOfNo(kind: ProviderErrorKind, status?: number): CallOutcome {
  const isRefused = kind === 'request' || kind === 'context-window' || kind === 'content-policy';
  return isRefused ? { kind: 'refused' } : { kind: 'failed', failure: kind, status };
}

/** What a call that ended early says of its provider's health. The gateway ends one only when its time is over. */
export function outcomeOfFault(reason: CallFaultReason): CallOutcome {
  if (reason === 'unauthorized') return { kind: 'failed', failure: 'key' };
  if (reason === 'connection') return { kind: 'failed', failure: 'connection' };
  return { kind: 'failed', failure: reason === 'broken' ? 'cut' : 'timeout' };
}
