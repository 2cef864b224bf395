/** What became of a request that was admitted. `running`: nothing yet. */
export const requestOutcomes = ['running', 'completed', 'failed', 'cut', 'client_gone', 'expired'] as const;

export type RequestOutcome = (typeof requestOutcomes)[number];

/** A request that was admitted, and what became of it. */
export interface RequestLine {
  readonly requestId: string;
  /** Of its admission in the log. */
  readonly position: number;
  readonly admittedAtMs: number;
  /** 0: it runs. */
  readonly endedAtMs: number;
  readonly userId: string;
  /** Whose balance paid, where it was not the user's; both empty: the user's. */
  readonly payerKind: string;
  readonly payerId: string;
  readonly keyId: string;
  readonly model: string;
  readonly routeId: string;
  readonly operation: string;
  readonly format: string;
  readonly stream: boolean;
  readonly sessionId: string;
  readonly agentId: string;
  readonly tags: readonly string[];
  readonly outcome: string;
  /** The last attempt's, where it did not end well. */
  readonly error: string;
  readonly provider: string;
  readonly providerModel: string;
  readonly attempts: number;
  readonly firstByteMs: number;
  readonly durationMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly holdNanoUsd: bigint;
  /** undefined: it is not charged yet. */
  readonly amountNanoUsd: bigint | undefined;
  readonly estimated: boolean;
}

/** Which requests. Empty texts and zeroes: all. */
export interface RequestFilter {
  /** When they were admitted; `toMs` itself is not a part. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly userId: string;
  /** Those that a team paid. */
  readonly teamId: string;
  readonly keyId: string;
  /** As the client named it. */
  readonly model: string;
  /** That answered. */
  readonly provider: string;
  readonly outcome: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly tag: string;
  readonly requestId: string;
}

export interface RequestsQuery {
  readonly filter: RequestFilter;
  /** Only requests admitted before this position of the log; 0: from the newest. */
  readonly beforePosition: number;
  readonly limit: number;
}

/** By what a report can be grouped; empty: all together. */
export const reportGroups = [
  'user',
  'team',
  'key',
  'model',
  'provider',
  'tag',
  'session',
  'agent',
  'outcome',
  'route',
  'format',
  'payer',
] as const;

export type ReportGroup = (typeof reportGroups)[number];

export function isReportGroup(text: string): text is ReportGroup {
  return (reportGroups as readonly string[]).includes(text);
}

export interface UsageReportQuery {
  readonly filter: RequestFilter;
  readonly groupBy: ReportGroup | '';
  /** 0: the whole time at once. */
  readonly intervalMs: number;
  /** How many values of each interval, a thousand at most; 0 or absent: a hundred. */
  readonly valuesMax?: number | undefined;
}

/** Requests of one value in one interval. */
export interface UsageReportLine {
  readonly atMs: number;
  readonly value: string;
  readonly requests: number;
  /** Those that did not end well, whoever's fault it was. */
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly amountNanoUsd: bigint;
  /** Means of the requests that came to their end; 0: none did. */
  readonly firstByteMs: number;
  readonly durationMs: number;
}
