import { faultFrom } from '#errors/fault.ts';
import { redactLine } from '#telemetry/redact.ts';
import type { Failure } from './dead-letter.ts';

/** A sentence or two: what an operator needs to look further. A database may quote a whole statement. */
export const MESSAGE_MAX_CHARACTERS = 300;

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Tells control characters, which a terminal would obey and PostgreSQL does not store. */
const CONTROL = /\p{Cc}+/gu;

/** A failure of known cause. */
export function failure(code: string, message: string): Failure {
  const line = redactLine(message.replace(CONTROL, ' '));
  const isShort = line.length <= MESSAGE_MAX_CHARACTERS;
  return { code, message: isShort ? line : `${line.slice(0, MESSAGE_MAX_CHARACTERS - 1)}…` };
}

/**
 * Whatever was thrown, as what an operator is shown. A `Fault` says it in its own words; of anything else the code, where
 * it is a database's, and the message: made from events of the log, which holds no secret and no plain personal data, and
 * with everything masked that has a secret's shape.
 */
export function failureOf(thrown: unknown): Failure {
  const fault = faultFrom(thrown);
  if (fault.code !== 'internal_error') return failure(fault.code, fault.refusal.message);
  const cause = fault.cause ?? thrown;
  if (!(cause instanceof Error)) return failure('internal_error', fault.refusal.message);
  const code = 'code' in cause ? String(cause.code) : '';
  if (SQLSTATE.test(code)) return failure(`sqlstate_${code}`, cause.message);
  return failure('internal_error', `${cause.name}: ${cause.message}`);
}
