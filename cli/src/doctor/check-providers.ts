import { type ConfiguredProvider, providersFrom } from '#config/providers.ts';
import { unsetKeys } from '#config/unset-keys.ts';
import { type Check, type Finding, fail, ok, reasonOf, warn } from './finding.ts';
import { priceFindings } from './price-findings.ts';

/** Enough for a TLS handshake across the world. */
const REACH_TIMEOUT_MS = 5_000;

/** Checks that each provider's address answers, and that it has a key and priced models. Sends no key and costs nothing. */
export const checkProviders: Check = async ({ config, environment }) => {
  const providers = providersFrom(config.providers, environment);
  if (providers.length === 0) return [ok('providers', 'none is set: the simulator answers')];
  return [
    ...(await Promise.all(providers.map(reach))),
    ...unsetKeys(config.providers, environment).map((text) => told('key', text)),
    ...priceFindings(providers, config.prices, Date.now()),
  ];
};

async function reach({ name, baseUrl }: ConfiguredProvider): Promise<Finding> {
  const part = `provider ${name}`;
  try {
    const { status } = await fetch(baseUrl, { signal: AbortSignal.timeout(REACH_TIMEOUT_MS), redirect: 'manual' });
    return ok(part, `answers at ${baseUrl} (status ${status})`);
  } catch (thrown) {
    const message = `does not answer at ${baseUrl}: ${reasonOf(thrown)}`;
    return fail(part, message, 'correct its baseUrl, or let this machine reach it: name server, firewall, proxy');
  }
}

/** A warning of the settings says what is wrong, and after the first colon what to do. */
function told(part: string, text: string): Finding {
  const end = text.indexOf(': ');
  return warn(part, text.slice(0, end), text.slice(end + 2));
}
