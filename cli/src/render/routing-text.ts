import type { ExplainedRouting } from '#audit/explain/explain-routing.ts';
import type { ExplainedCharge, ExplainedUsage } from '#audit/explain/explanation.ts';
import { usd } from './amounts.ts';

/** How a request was routed, a line each. None of an old log, which does not say. */
export function routingLines({ routeId, strategy, strategySource, leftOut, shadow }: ExplainedRouting): string[] {
  const by = routeId === '' ? 'no route' : `the route ${routeId}`;
  const source = strategySource === '' ? 'the gateway’s own' : `as the ${strategySource} ${saysOf(strategySource)}`;
  return [
    ...(strategy === '' ? [] : [`Routed by ${by}; candidates in the order of ${strategy}, ${source}`]),
    ...leftOut.map(({ provider, model, reason }) => `Left out: ${provider}/${model} (${reason})`),
    ...(shadow === null
      ? []
      : [
          `A copy, which the house pays, goes to ${shadow.provider}/${shadow.model}${likelyText(shadow.likelyCostNanoUsd)}`,
        ]),
  ];
}

function saysOf(source: string): string {
  return source === 'settings' ? 'say' : 'says';
}

/** ", likely 0.000012 USD"; empty: nobody said. */
export function likelyText(likelyCostNanoUsd: bigint | null): string {
  return likelyCostNanoUsd === null ? '' : `, likely ${usd(likelyCostNanoUsd)}`;
}

/** Each call to a provider: by which account, why it was chosen, and how it ended. */
export function attemptLines({ attempts }: Pick<ExplainedUsage, 'attempts'>): string[] {
  return attempts.map((attempt, index) => {
    const { provider, model, status, error, durationMs } = attempt;
    // Of an old log, or where there is nothing to say.
    const { account = '', failure = '', firstByteMs = 0, isHedge = false, reason = '' } = attempt;
    const facts = [
      `status ${status}`,
      ...(error === '' ? [] : [failure === '' ? error : `${error} (${failure})`]),
      ...(firstByteMs === 0 ? [] : [`first byte after ${firstByteMs} ms`]),
      `${durationMs} ms`,
      ...(isHedge ? ['beside one that was slow'] : []),
    ];
    const by = account === '' ? '' : ` by the account ${account}`;
    const why = reason === '' ? '' : `; why: ${reason}`;
    return `attempt ${index + 1}: ${provider}/${model}${by}, ${facts.join(', ')}${why}`;
  });
}

/** What the house pays for an attempt; empty: the log does not say. */
export function houseCostText(charge: Pick<ExplainedCharge, 'houseCosts'> | null, attempt: number): string {
  const cost = charge?.houseCosts.find((each) => each.attempt === attempt);
  return cost === undefined ? '' : ` = ${usd(cost.amountNanoUsd)}`;
}
