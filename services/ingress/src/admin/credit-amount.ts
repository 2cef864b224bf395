import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { formatUsd, NANO_PER_USD, parseUsd } from '#money/nano-usd.ts';

const FIELD = 'amount_usd';

/** Nine such credits still fit into the log's int64. */
const CREDIT_MAX_NANO_USD = 1_000_000_000n * NANO_PER_USD;

/**
 * The nano-USD of `amount_usd`: a decimal text ("10.50") or a whole number. Throws a `Fault` for a number with a
 * fraction, which has lost its exact value before it can be read, and for what is not more than zero.
 */
export function creditAmount(value: unknown): bigint {
  const amountNanoUsd = parse(value);
  if (amountNanoUsd <= 0n) throw new Fault(invalid(`'${FIELD}' must be more than zero.`, FIELD));
  if (amountNanoUsd > CREDIT_MAX_NANO_USD) {
    throw new Fault(invalid(`'${FIELD}' must be at most ${formatUsd(CREDIT_MAX_NANO_USD)}.`, FIELD));
  }
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
