import type { GatewayConfig } from '#config/gateway-config.ts';

/** `warn`: the gateway works, but an operator should look. `fail`: the gateway does not work, or will not for long. */
export type FindingStatus = 'ok' | 'warn' | 'fail';

/** One line of a diagnosis. */
export interface Finding {
  /** The part that was checked. */
  readonly part: string;
  readonly status: FindingStatus;
  readonly message: string;
  /** What to do; absent where nothing has to be done. */
  readonly advice?: string;
}

/** What a check has to work with. */
export interface DoctorParts {
  readonly config: GatewayConfig;
  readonly environment: NodeJS.ProcessEnv;
  /** Absolute. */
  readonly dataDir: string;
}

/** Checks one part. Never rejects: a fault of the part is a finding. */
export type Check = (parts: DoctorParts) => Promise<readonly Finding[]>;

export function ok(part: string, message: string): Finding {
  return { part, status: 'ok', message };
}

export function warn(part: string, message: string, advice: string): Finding {
  return { part, status: 'warn', message, advice };
}

export function fail(part: string, message: string, advice: string): Finding {
  return { part, status: 'fail', message, advice };
}

/** Why something failed, in the driver's own words, and without a stack. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // An error of several addresses has no message of its own.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  if (thrown.message === 'fetch failed' && thrown.cause !== undefined) return reasonOf(thrown.cause);
  return thrown.message === '' && 'code' in thrown ? String(thrown.code) : thrown.message;
}
