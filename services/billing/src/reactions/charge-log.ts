import type { Logger } from 'pino';
import { formatUsd } from '#money/nano-usd.ts';
import { promptTokensOf } from '#money/token-usage.ts';
import type { Charge, RecordedUsage } from '../domain/charge/decide-charge.ts';

/** The one line of log a charged request leaves: who used what, and what it cost. */
export function logCharge(logger: Logger, charge: Charge, recorded: RecordedUsage): void {
  if (!logger.isLevelEnabled('info')) return;
  const { provider, model, outcome, usage } = recorded;
  logger.info(
    {
      requestId: charge.requestId,
      userId: charge.userId,
      keyId: charge.keyId,
      provider,
      model,
      outcome,
      promptTokens: promptTokensOf(usage),
      outputTokens: usage.outputTokens + usage.reasoningTokens,
      costUsd: formatUsd(BigInt(charge.amountNanoUsd)),
      overrunUsd: charge.overrunNanoUsd === '0' ? undefined : formatUsd(BigInt(charge.overrunNanoUsd)),
      estimated: charge.estimated || undefined,
      firstByteMs: recorded.firstByteMs,
      durationMs: recorded.durationMs,
      attempts: recorded.attempts.length,
    },
    'charged',
  );
}
