/** What a run of the load generator saw. */
export interface LoadResult {
  /** Answers with status 200 that were whole. */
  readonly answered: number;
  /** Everything else, by what was wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** From the first request sent to the last answer's end. */
  readonly elapsedMs: number;
  /** Of each good answer, from its request to its end, in no order. */
  readonly latenciesMs: readonly number[];
  /** Of each good streamed answer, from its request to its first piece of text. */
  readonly firstTokensMs: readonly number[];
}

export interface Tally {
  good(latencyMs: number, firstTokenMs: number | undefined): void;
  bad(what: string): void;
  badCount(): number;
  result(elapsedMs: number): LoadResult;
}

export function createTally(): Tally {
  const latenciesMs: number[] = [];
  const firstTokensMs: number[] = [];
  const failures: Record<string, number> = {};
  let badCount = 0;
  return {
    good(latencyMs, firstTokenMs) {
      latenciesMs.push(latencyMs);
      if (firstTokenMs !== undefined) firstTokensMs.push(firstTokenMs);
    },
    bad(what) {
      badCount += 1;
      failures[what] = (failures[what] ?? 0) + 1;
    },
    badCount: () => badCount,
    result: (elapsedMs) => ({ answered: latenciesMs.length, failures, elapsedMs, latenciesMs, firstTokensMs }),
  };
}

/** Two runs as one, one after the other. */
export function addResults(a: LoadResult, b: LoadResult): LoadResult {
  const failures = { ...a.failures };
  for (const [what, count] of Object.entries(b.failures)) failures[what] = (failures[what] ?? 0) + count;
  return {
    answered: a.answered + b.answered,
    failures,
    elapsedMs: a.elapsedMs + b.elapsedMs,
    latenciesMs: [...a.latenciesMs, ...b.latenciesMs],
    firstTokensMs: [...a.firstTokensMs, ...b.firstTokensMs],
  };
}
