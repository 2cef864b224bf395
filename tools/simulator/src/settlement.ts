import type { ServerResponse } from 'node:http';
import { noUsage, type Usage } from '#ai/usage.ts';
import { usageUntil } from './completion-usage.ts';
import type { MeterRecord } from './meter.ts';

/** The one moment at which a completion is metered, however it ends. */
export interface Settlement {
  /** The stream has begun: from here on the prompt is used up. */
  begin(): void;
  /** So many pieces of the answer have been handed out. */
  advance(pieces: number): void;
  /** Ends the metering. What comes later changes nothing. */
  settle(status: MeterRecord['status']): void;
}

/**
 * Meters once: `completed` at the whole usage, `failed` and `aborted` at what had been handed out by then, which is
 * nothing for an answer that isn't streamed. A client that goes away before anything else was settled has aborted.
 */
export function createSettlement(
  response: ServerResponse,
  whole: Usage,
  piecesTotal: number,
  record: (status: MeterRecord['status'], usage: Usage) => void,
): Settlement {
  let hasBegun = false;
  let piecesSent = 0;
  let isSettled = false;
  const settle: Settlement['settle'] = (status) => {
    if (isSettled) return;
    isSettled = true;
    const partial = hasBegun ? usageUntil(whole, piecesSent, piecesTotal) : noUsage;
    record(status, status === 'completed' ? whole : partial);
  };
  response.once('close', () => settle('aborted'));
  return {
    begin: () => {
      hasBegun = true;
    },
    advance: (pieces) => {
      piecesSent = pieces;
    },
    settle,
  };
}
