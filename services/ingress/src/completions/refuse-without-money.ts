import type { Identity } from '#api-keys/identity.ts';
import type { BalanceView } from '#contracts/billing.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { readBalance } from '../http/read-balance.ts';
import type { IngressDependencies } from '../ports.ts';

/** To parse so much takes 5 ms at worst, and to look a balance up in another process about one. */
export const COSTLY_BODY_BYTES = 64 * 1024;

/** Admission decides in any case: nobody waits longer for an early no. */
const LOOK_UP_TIMEOUT_MS = 1_000;

/**
 * Rejects with a `Fault` (`insufficient_balance`) where a user without money sends a body that costs much to read;
 * undefined: the body is small, and nothing has to be waited for.
 */
export type RefuseWithoutMoney = (
  caller: Pick<Identity, 'userId' | 'teamId'>,
  bodyBytes: number,
) => Promise<void> | undefined;

/**
 * An early no, in quota's place: what cannot be admitted is not worth the work of reading it. Admission remains the one
 * authority. Where the balance cannot be looked up, or a model is there that costs nothing, the request goes on to it.
 */
export function createRefuseWithoutMoney(
  dependencies: Pick<IngressDependencies, 'balances' | 'billing' | 'models'>,
): RefuseWithoutMoney {
  const { balances, billing, models } = dependencies;

  function hasFreeModel(): boolean {
    return models.list().some(({ candidates }) => candidates.some(({ priceKey }) => billing.isFree(priceKey)));
  }

  async function refuse(caller: Pick<Identity, 'userId' | 'teamId'>): Promise<void> {
    const balance = await inTime(readBalance(balances, caller));
    if (balance === undefined || balance.availableNanoUsd > 0n || hasFreeModel()) return;
    throw new Fault(noMoney(balance));
  }

  return (caller, bodyBytes) => (bodyBytes > COSTLY_BODY_BYTES ? refuse(caller) : undefined);
}

/** What was looked up; undefined where it did not come, or not in time. */
async function inTime(lookUp: Promise<BalanceView>): Promise<BalanceView | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), LOOK_UP_TIMEOUT_MS);
  try {
    return await Promise.race([lookUp.catch(() => undefined), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** In quota's words, without the cost, which nobody knows before the body is read. */
function noMoney({ availableNanoUsd, heldNanoUsd }: BalanceView): Refusal {
  const held =
    heldNanoUsd > 0n
      ? ` ${formatUsd(heldNanoUsd)} USD more is set aside for requests under way; what they do not use comes back when they end.`
      : '';
  return {
    code: 'insufficient_balance',
    message: `The balance cannot pay for this request: ${formatUsd(availableNanoUsd)} USD is available.${held} Add credit.`,
  };
}
