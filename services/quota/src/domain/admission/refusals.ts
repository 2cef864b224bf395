import type { RequestWindow } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { formatUsd } from '#money/nano-usd.ts';

export const unknownUser: Refusal = {
  code: 'invalid_api_key',
  message: "This API key's user has no account. Ask the gateway's administrator for a new key.",
};

export const alreadyAdmitted: Refusal = {
  code: 'conflict',
  message: 'A request with this id was admitted before. Send it again under a new request id.',
};

export function uncountable(what: string, param: string): Refusal {
  return invalid(`${what} is out of the range a request can have.`, param);
}

export function notPriced(model: string): Refusal {
  return {
    code: 'model_not_priced',
    message: `The model ${JSON.stringify(model)} has no price, so it cannot be used. Ask the gateway's administrator to publish one.`,
    param: 'model',
  };
}

export function windowUsedUp(window: RequestWindow): Refusal {
  const seconds = Math.ceil(window.resetMs / 1_000);
  return {
    code: 'quota_exceeded',
    message: `The quota of ${window.limit} requests a minute is used up. Try again in ${seconds} s.`,
    retryAfterMs: window.resetMs,
  };
}

export function balanceTooLow(balance: {
  readonly availableNanoUsd: bigint;
  readonly neededNanoUsd: bigint;
  /** Set aside for requests under way. */
  readonly heldNanoUsd: bigint;
  readonly isOpen: boolean;
}): Refusal {
  const held =
    balance.heldNanoUsd > 0n
      ? ` ${formatUsd(balance.heldNanoUsd)} USD more is set aside for requests under way; what they do not use comes back when they end.`
      : '';
  const advice = balance.isOpen ? 'Add credit, or shorten the prompt.' : 'Add credit, or ask for fewer tokens.';
  return {
    code: 'insufficient_balance',
    message: `The balance cannot pay for this request: ${formatUsd(balance.availableNanoUsd)} USD is available, and it may cost ${formatUsd(balance.neededNanoUsd)} USD.${held} ${advice}`,
  };
}
