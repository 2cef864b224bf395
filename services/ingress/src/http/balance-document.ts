import type { BalanceView } from '#contracts/billing.ts';
import { formatUsd } from '#money/nano-usd.ts';

/** A balance as the API shows it: exact decimal text, in dollars for people and in nano-dollars for programs. */
export function balanceDocument(balance: BalanceView) {
  return {
    credited_usd: formatUsd(balance.creditedNanoUsd),
    charged_usd: formatUsd(balance.chargedNanoUsd),
    held_usd: formatUsd(balance.heldNanoUsd),
    available_usd: formatUsd(balance.availableNanoUsd),
    credited_nano_usd: String(balance.creditedNanoUsd),
    charged_nano_usd: String(balance.chargedNanoUsd),
    held_nano_usd: String(balance.heldNanoUsd),
    available_nano_usd: String(balance.availableNanoUsd),
  };
}
