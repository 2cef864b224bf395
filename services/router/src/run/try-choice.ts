import type { Refusal } from '#errors/error-table.ts';
import type { Choice } from '../fleet/deployment.ts';
import type { Provider } from '../ports.ts';
import type { PooledProvider } from '../provider-pool.ts';
import type { AskedForm } from './asked-form.ts';
import { type Preparation, prepareCall } from './prepare-call.ts';
import type { Run, RunParts } from './run.ts';
import { beginTrial, enter, type Trial, type Why } from './trial.ts';

/** A trial, or why nothing was sent. */
export type Begun =
  | { readonly kind: 'begun'; readonly trial: Trial }
  | { readonly kind: 'not-called'; readonly refusal: Refusal };

export const noProvider: Refusal = {
  code: 'unavailable',
  message: 'No provider for this model is configured any longer.',
};
/** The reason is the operator's to read: it names where the key should be. */
const noKey: Refusal = {
  code: 'upstream_unauthorized',
  message: 'The gateway has no key for the provider of this model. Tell the operator of this gateway.',
};
const draining: Refusal = {
  code: 'unavailable',
  message: 'The provider of this model takes no more requests: its operator is taking it out of use.',
};
/** A place is free when a call ends; a client that comes back sooner waits in the same queue. */
const PLACE_RETRY_AFTER_MS = 1_000;
const noPlace: Refusal = {
  code: 'unavailable',
  message: 'Every provider of this model has all the requests that it takes at a time. Send the request again.',
  retryAfterMs: PLACE_RETRY_AFTER_MS,
};

/** Calls a choice as soon as it has a place for the request. */
export async function tryChoice(parts: RunParts, run: Run, asked: AskedForm, choice: Choice, why: Why): Promise<Begun> {
  const { candidate, open } = choice.deployment;
  if (open === null) {
    return { kind: 'not-called', refusal: whyClosed(parts.providers.get(candidate.provider)) };
  }
  // Before the wait for a place, which is for nothing where the request cannot go there.
  const first = preparedFor(asked, open, candidate.model);
  if (first.kind === 'refused') return { kind: 'not-called', refusal: first.refusal };
  const watch = await enter(parts, run, choice.deployment, why.signal);
  if (watch === null) return { kind: 'not-called', refusal: noPlace };
  const prepared = watch.provider === open ? first : preparedFor(asked, watch.provider, candidate.model);
  if (prepared.kind === 'refused') {
    watch.end({ kind: 'abandoned' });
    return { kind: 'not-called', refusal: prepared.refusal };
  }
  parts.prices.want(candidate);
  if (!why.isRepeat) parts.budgets.noteCall(candidate.provider);
  return { kind: 'begun', trial: beginTrial(parts, run, asked, { choice, prepared, watch, why }) };
}

function whyClosed(pooled: PooledProvider | undefined): Refusal {
  if (pooled === undefined) return noProvider;
  return pooled.kind === 'draining' ? draining : noKey;
}

/** The request as the provider takes it; refused, too, where it is longer than that. */
function preparedFor(asked: AskedForm, { config }: Provider, model: string): Preparation {
  const prepared = prepareCall(asked, config, model);
  const { name, requestMaxBytes } = config;
  if (prepared.kind === 'refused' || requestMaxBytes === undefined) return prepared;
  const { length } = prepared.post.body;
  if (length <= requestMaxBytes) return prepared;
  const message = `The request has ${length} bytes, and ${name} is sent ${requestMaxBytes} at most. Send less.`;
  return { kind: 'refused', refusal: { code: 'body_too_large', message } };
}
