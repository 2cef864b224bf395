import type { ProviderRules } from '../../format.ts';
import { betasAt } from './betas.ts';

/** The version that translated requests are written for: the newest one takes no temperature. */
const DEFAULT_VERSION = '2023-06-01';

const BETA = 'anthropic-beta';

/** The client's headers that a provider of this format is told: open lists, since clients and API change together. */
export const forwardedHeaders: readonly string[] = ['anthropic-*', 'x-claude-code-*'];

/** A client of this format says its version itself, and the features that its body uses: those that the provider takes go on. */
export function messagesHeaders(
  forwarded: Readonly<Record<string, string>>,
  rules: Pick<ProviderRules, 'betas'>,
): Readonly<Record<string, string>> {
  const { [BETA]: asked = '', ...others } = forwarded;
  const betas = betasAt(asked, rules.betas);
  return { 'anthropic-version': DEFAULT_VERSION, ...others, ...(betas !== '' && { [BETA]: betas }) };
}
