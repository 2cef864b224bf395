/** What the program's exit code tells a script. */
export const exitCode = {
  fine: 0,
  /** Something broke or was refused: the gateway is not there, the request unknown, the file unreadable. */
  fault: 1,
  /** The command line or the settings it needs are wrong. */
  usage: 2,
  /** A policy file differs from what the gateway has; answered to a dry run only. */
  differs: 2,
  /** The log violates an invariant, or a rebuilt projection differs from the live one. */
  verificationFailed: 3,
  /** Something is stuck: an event its consumer gave up on for now. */
  stuck: 4,
} as const;

/** A command line, or a setting around it, that cannot be served. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
