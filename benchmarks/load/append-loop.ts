/** What appenders saw. */
export interface AppendResult {
  readonly appended: number;
  readonly elapsedMs: number;
  readonly latenciesMs: readonly number[];
}

/**
 * A closed loop of appenders, each waiting until its event is durable before it appends the next. Starts none after
 * `durationMs`; those under way end. Rejects where one of them does, or when aborted.
 */
export async function runAppenders(options: {
  readonly appenders: number;
  readonly durationMs: number;
  readonly append: (appender: number) => Promise<void>;
  readonly signal: AbortSignal;
}): Promise<AppendResult> {
  const { appenders, durationMs, append, signal } = options;
  const latenciesMs: number[] = [];
  const startedAtMs = performance.now();
  const endMs = startedAtMs + durationMs;
  await Promise.all(
    Array.from({ length: appenders }, async (_, appender) => {
      for (let nowMs = performance.now(); nowMs < endMs && !signal.aborted; ) {
        const beganAtMs = nowMs;
        await append(appender);
        nowMs = performance.now();
        latenciesMs.push(nowMs - beganAtMs);
      }
    }),
  );
  signal.throwIfAborted();
  return { appended: latenciesMs.length, elapsedMs: performance.now() - startedAtMs, latenciesMs };
}
