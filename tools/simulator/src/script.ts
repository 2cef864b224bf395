/** What the simulator is told to do; README.md describes every field. */
export interface Script {
  readonly usage?: ScriptedUsage;
  readonly omitUsage?: boolean;
  readonly usageDialect?: UsageDialect;
  readonly serviceTier?: string;
  readonly text?: string;
  readonly thoughts?: string;
  readonly toolCalls?: number;
  readonly chunks?: number;
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  readonly silenceMs?: number;
  readonly chunkDelayMs?: number;
  readonly finishReason?: string;
  readonly status?: number;
  readonly errorText?: string;
  readonly retryAfterS?: number;
  readonly cutAfterChunks?: number;
  readonly cutAfterBytes?: number;
  readonly endWithoutDone?: boolean;
  readonly garbage?: boolean;
  readonly hang?: 'headers' | 'mid-stream';
  readonly errorIn200?: boolean;
  readonly midStreamError?: boolean;
  readonly gzip?: boolean;
  readonly byteOrderMark?: boolean;
  readonly lineEnds?: 'crlf' | 'cr';
  readonly foreignEvents?: boolean;
  readonly usageChoices?: 'null' | 'absent';
  readonly repeatFinish?: boolean;
  readonly toolInputInStart?: boolean;
  readonly key?: string;
  readonly failTimes?: number;
  readonly failureRate?: number;
  readonly tokenLifetimeS?: number;
  readonly tokenStatus?: number;
}

export interface ScriptedUsage {
  readonly prompt?: number;
  readonly completion?: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly cacheWriteLong?: number;
  readonly reasoning?: number;
}

/** Ways in which providers report usage that differ from the format's own. */
export const usageDialects = [
  'deepseek',
  'moonshot',
  'groq',
  'mistral',
  'xai',
  'zero-later',
  'odd-reasoning',
  'every-chunk',
] as const;

export type UsageDialect = (typeof usageDialects)[number];
