import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { KindRules } from '../kind-rules.ts';

type Provider = ResourceOf<'provider'>;

/**
 * Providers. A key that was given stays until another one, or a reference to one, takes its place. It stays with the host it was
 * given for: whoever moves a provider elsewhere gives the key anew, so that nobody gets a key they do not know.
 */
export const providerRules: KindRules<'provider'> = {
  settle: (next, before, { source }) => ({
    ...next,
    status: next.status === '' ? 'active' : next.status,
    sealedApiKey: next.apiKeyRef === '' && !isMoved(next, before) ? (before?.sealedApiKey ?? '') : '',
    source,
  }),
  problem: (next, before, { keyReferenceFault }, fields) =>
    keyProblem(next, before, fields) ?? placeProblem(next, before, keyReferenceFault) ?? hostProblem(next, before),
};

function keyProblem(next: Provider, before: Provider | undefined, fields: readonly string[]): Refusal | undefined {
  if (next.apiKeyRef === '') return undefined;
  if (next.apiKey !== '') return invalid("Give 'api_key' or 'api_key_ref', and not both.", 'api_key');
  const isGiven = fields.length === 0 || fields.includes('api_key_ref');
  if (isGiven || before === undefined || !isMoved(next, before)) return undefined;
  const message =
    "With another kind or host in 'base_url' the key goes elsewhere: give 'api_key_ref' in the same command.";
  return invalid(message, 'api_key_ref');
}

function placeProblem(
  { apiKeyRef }: Provider,
  before: Provider | undefined,
  faultOf: (reference: string) => string | undefined,
): Refusal | undefined {
  const fault = apiKeyRef === before?.apiKeyRef ? undefined : faultOf(apiKeyRef);
  return fault === undefined ? undefined : invalid(`'api_key_ref' is not allowed: ${fault}.`, 'api_key_ref');
}

function hostProblem({ baseUrl }: Provider, before: Provider | undefined): Refusal | undefined {
  if (baseUrl === before?.baseUrl || !isMetadataHost(new URL(baseUrl).hostname)) return undefined;
  return invalid("'base_url' must not be a link-local address or a cloud's metadata service.", 'base_url');
}

function isMoved(next: Provider, before: Provider | undefined): boolean {
  return before !== undefined && (next.kind !== before.kind || originOf(next) !== originOf(before));
}

/** A text that is no URL is its own origin: the fields are checked only after the defaults are set. */
function originOf({ baseUrl }: Provider): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl;
}
