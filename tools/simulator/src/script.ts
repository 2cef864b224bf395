/** What the simulator is told to do; README.md describes every field. */
export interface Script {
  readonly usage?: ScriptedUsage;
  readonly omitUsage?: boolean;
  readonly text?: string;
  readonly chunks?: number;
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  readonly chunkDelayMs?: number;
  readonly finishReason?: string;
  readonly status?: number;
  readonly retryAfterS?: number;
  readonly cutAfterChunks?: number;
  readonly endWithoutDone?: boolean;
  readonly garbage?: boolean;
  readonly hang?: 'headers' | 'mid-stream';
  readonly midStreamError?: boolean;
  readonly key?: string;
  readonly failTimes?: number;
  readonly failureRate?: number;
}

export interface ScriptedUsage {
  readonly prompt?: number;
  readonly completion?: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}
