import type { Usage } from '#ai/usage.ts';
import { newId } from '#kernel/ids.ts';
import type { Registry } from '#registry/registry.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import type { CallOutcome } from '../fleet/call-outcome.ts';
import type { ProviderResource } from '../open-accounts.ts';
import { CallFault, type Provider } from '../ports.ts';
import { askForToken } from './ask-for-token.ts';
import { cheapestModel } from './cheapest-model.ts';
import { modelListRequest } from './list-upstream-models.ts';
import { outcomeOfFault, outcomeOfNo } from './probe-outcome.ts';

/** A list of models comes at once; a provider that takes longer is not well. */
const LIST_TIMEOUT_MS = 10_000;

export interface Probed {
  readonly outcome: CallOutcome;
  /** What the house pays for it; null: nothing is known, or it is free. */
  readonly usage: Usage | null;
}

/** The model that a provider is probed with; empty: with none, by the list of its models. */
export function probedModel(resource: ProviderResource, registry: Registry): string {
  return resource.probe === 'completion' ? cheapestModel(resource, registry) : '';
}

/** Asks a provider whether it is there. `model` empty: by the list of its models, else by one token of that model. */
export async function probeProvider(provider: Provider, model: string): Promise<Probed> {
  if (model === '') return { outcome: await askForList(provider), usage: null };
  const { outcome, decoder } = await askForToken(provider, model);
  return { outcome, usage: decoder?.usage()?.usage ?? null };
}

/** The head of the answer is enough. */
async function askForList(provider: Provider): Promise<CallOutcome> {
  const { path, headers } = modelListRequest(provider, {});
  const empty = { body: Buffer.alloc(0), requestId: newId(), isStream: false };
  const call = provider.call({ method: 'GET', path, headers, ...empty });
  const timer = setTimeout(() => call.abort(), LIST_TIMEOUT_MS);
  try {
    const { status } = await call.head;
    if (status >= 200 && status <= 299) return { kind: 'succeeded', outputTokens: 0 };
    return outcomeOfNo(errorKindOf({ kind: 'unknown', code: '', message: '', param: '' }, status), status);
  } catch (thrown) {
    if (!(thrown instanceof CallFault)) throw thrown;
    return outcomeOfFault(thrown.reason);
  } finally {
    clearTimeout(timer);
    call.discard();
  }
}
