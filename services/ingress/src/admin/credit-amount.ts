import { creditAmount, creditProblem } from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { NANO_PER_USD, parseUsd } from '#money/nano-usd.ts';

const FIELD = creditAmount.http;

/**
 * The nano-USD of `amount_usd`: a decimal text ("10.50") or a whole number. Throws a `Fault` for a number with a
 * fraction, which has lost its exact value before it can be read, and for what is out of the bounds of a credit.
 */
export function readCreditAmount(value: unknown): bigint {
  const amountNanoUsd = parse(value);
  const problem = creditProblem(amountNanoUsd, FIELD);
  if (problem !== undefined) throw new Fault(problem);
  return amountNanoUsd;
}

function parse(value: unknown): bigint {
  if (Number.isSafeInteger(value)) return BigInt(Number(value)) * NANO_PER_USD;
  if (typeof value !== 'string') {
    throw new Fault(invalid(`'${FIELD}' must be a decimal text such as "10.50", or a whole number.`, FIELD));
  }
  try {
    return parseUsd(value);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new Fault(invalid(`'${FIELD}' is ${thrown.message}.`, FIELD));
  }
}
