import * as circus from 'jest-circus';

/** What a test has to undo. */
export interface Scope {
  /** Called when the test ends, whether it passes or fails; last deferred, first called. */
  defer(undo: () => unknown): void;
}

type Run = (scope: Scope) => unknown;
type Hook = (run: () => unknown) => void;

/** Long enough for a crash test of many restarts on a slow machine; short enough that a hanging test ends a CI run. */
const TIMEOUT_MS = 300_000;

// Node's own runner would find no test of its own in a file, and call it passed.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  throw new Error('node --test runs none of these tests: use npm test -- FILE');
}

/** Fails the test or hook that runs; absent between them. */
let failRunning: ((error: unknown) => void) | undefined;

/** Came up between two tests. The next one fails with it: whoever left it behind ran before, in the same process. */
let leftBehind: Error | undefined;

// An unhandled rejection is raised as an uncaught exception, too.
process.on('uncaughtException', (error) => {
  if (failRunning !== undefined) {
    failRunning(error);
    return;
  }
  console.error(error);
  leftBehind ??= new Error('an earlier test left an error behind that nobody caught', { cause: error });
});

export interface TestOptions {
  readonly timeoutMs?: number;
  /** false: this machine cannot check it, and the test is reported as skipped. */
  readonly where?: boolean;
}

/**
 * States a guarantee and checks it. The runner itself knows no time limit, no uncaught error and no scope: a test that
 * takes longer than `timeoutMs`, or during which an error comes up that nobody catches, fails, and the run goes on.
 */
export function test(guarantee: string, run: Run): void;
export function test(guarantee: string, options: TestOptions, run: Run): void;
export function test(guarantee: string, ...rest: [Run] | [TestOptions, Run]): void {
  const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest;
  const { timeoutMs = TIMEOUT_MS, where = true } = options;
  const declare = where ? circus.test : circus.test.skip;
  declare(guarantee, () => inTime(() => inScope(run), timeoutMs));
}

export const describe: (what: string, tests: () => void) => void = circus.describe;
export const beforeAll: Hook = (run) => circus.beforeAll(() => inTime(run, TIMEOUT_MS));
export const beforeEach: Hook = (run) => circus.beforeEach(() => inTime(run, TIMEOUT_MS));
export const afterAll: Hook = (run) => circus.afterAll(() => inTime(run, TIMEOUT_MS));

async function inScope(run: Run): Promise<void> {
  await using stack = new AsyncDisposableStack();
  await run({ defer: (undo) => stack.defer(async () => void (await undo())) });
}

async function inTime(run: () => unknown, timeoutMs: number): Promise<void> {
  if (leftBehind !== undefined) {
    const error = leftBehind;
    leftBehind = undefined;
    throw error;
  }
  const failed = Promise.withResolvers<never>();
  failRunning = failed.reject;
  const timer = setTimeout(() => failed.reject(new Error(`it took longer than ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([run(), failed.promise]);
  } finally {
    clearTimeout(timer);
    failRunning = undefined;
  }
}
