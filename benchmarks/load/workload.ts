import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';

/** Who is measured, from the zero line up. */
export const targetNames = ['direct', 'bare proxy', 'gateway'] as const;
export type TargetName = (typeof targetNames)[number];

/** A model name for each target, so that the simulator's meter tells apart who asked. */
const models: Readonly<Record<TargetName, string>> = {
  direct: 'bench-direct',
  'bare proxy': 'bench-proxy',
  gateway: 'bench-gateway',
};

export const gatewayModel = models.gateway;

/** With the multiplier 225 and 900 nano-USD a token: whole ones, so that sums are exact and nothing is rounded. */
export const statedPrice = { inputUsdPerMtok: '0.15', outputUsdPerMtok: '0.6' } as const;

/** The gateway's default multiplier, 1.5, in basis points, of which 10,000 make 1. */
const MULTIPLIER_BASIS_POINTS = 15_000n;
const BASIS_POINTS = 10_000n;
const PICO_PER_NANO = 1_000n;

/** What tokens have to come to, in sum, computed here and not by the gateway's own code for rating. */
export function dueNanoUsd(promptTokens: number, completionTokens: number): bigint {
  const picoUsd =
    BigInt(promptTokens) * parseUsdPerMtok(statedPrice.inputUsdPerMtok) +
    BigInt(completionTokens) * parseUsdPerMtok(statedPrice.outputUsdPerMtok);
  return (picoUsd * MULTIPLIER_BASIS_POINTS) / (BASIS_POINTS * PICO_PER_NANO);
}

/** What is asked, over and over. */
export interface Workload {
  readonly title: string;
  readonly bodyBytes: number;
  readonly isStream: boolean;
}

export const workloads = {
  small: { title: '0.13 KB', bodyBytes: 130, isStream: false },
  stream: { title: '0.2 KB, streamed', bodyBytes: 200, isStream: true },
  '10kb': { title: '10 KB', bodyBytes: 10_000, isStream: false },
  '100kb': { title: '100 KB', bodyBytes: 100_000, isStream: false },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;

/** Words of differing lengths: a body of one repeated letter is kinder to parsers and token counters than any prompt. */
const PROSE = 'Say in one sentence why a ledger that sums to zero, entry by entry, is easier to trust than a counter. ';

/** The request's body, exactly as long as the workload says. */
export function bodyOf(workload: Workload, target: TargetName): Buffer {
  const build = (content: string): string =>
    JSON.stringify({
      model: models[target],
      ...(workload.isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
      messages: [{ role: 'user', content }],
    });
  const room = workload.bodyBytes - build('').length;
  if (room < 1) throw new RangeError(`a body of ${workload.bodyBytes} bytes has no room for a prompt`);
  return Buffer.from(build(PROSE.repeat(Math.ceil(room / PROSE.length)).slice(0, room)));
}
