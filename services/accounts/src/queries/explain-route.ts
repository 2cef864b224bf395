import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { ExplainedChoice, RoutedModel, RouterAdminPort } from '#contracts/router.ts';
import {
  isStrategy,
  plainPlan,
  plainRouting,
  type RouteRequest,
  type Routing,
  strategies,
} from '#contracts/routing.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { Clock } from '#kernel/clock.ts';
import { timeMs } from '#kernel/time-text.ts';
import { callerOf, type RouteCaller } from '#registry/caller.ts';
import type { ModelTable } from '#registry/model-table.ts';
import type { Registry } from '#registry/registry.ts';
import { shareKeyOf, stickyKeyOf } from '#registry/request-keys.ts';

type Request = AdminInput<'explainRoute'>;
type Answer = AdminOutput<'explainRoute'>;
type Candidate = NonNullable<Answer['candidates']>[number];

export interface ExplainDependencies {
  readonly registry: Pick<Registry, 'get' | 'settings'>;
  readonly models: ModelTable;
  readonly clock: Clock;
  /** undefined: no router can be asked from here. */
  readonly router: Pick<RouterAdminPort, 'explainChoice'> | undefined;
}

const REGION_HEADER = 'x-gateway-region';
const STRATEGY_HEADER = 'x-gateway-strategy';

/**
 * Where a request would go, and why. It would be looked at as an ingress looks at it, and its candidates are in the order in which
 * a router would try them now. Nothing is known of what it costs: a strategy that goes by cost cannot be foretold.
 */
export async function explainRoute(dependencies: ExplainDependencies, asked: Request): Promise<Answer> {
  const { models } = dependencies;
  const caller = givenCaller(dependencies, asked);
  const request = givenRequest(dependencies, asked, caller.userId);
  const lookedAt = models.routes(asked.model, caller, request).map((look) => ({ ...look }));
  const model = models.find(asked.model, caller, request);
  if (model === undefined) return { lookedAt, note: whyNowhere(lookedAt.at(-1)) };
  const { routing = plainRouting } = model;
  const { routeId, strategy, strategySource, leftOut, shadow } = routing;
  const { candidates, note } = await orderOf(dependencies, model, routing, stickyKeyOf(caller.userId, asked.sessionId));
  return {
    routeId,
    strategy,
    strategySource,
    lookedAt,
    candidates,
    leftOut: leftOut.map((each) => ({ ...each })),
    ...(shadow === undefined ? {} : { shadow: { provider: shadow.provider, model: shadow.model } }),
    note: model.candidates.length > 0 ? note : `No provider of it is in the region ${request.region}.`,
  };
}

function givenCaller({ registry }: ExplainDependencies, asked: Request): RouteCaller {
  const key = registry.get('key', asked.keyId);
  if (asked.keyId !== '' && key === undefined) throw new Fault(invalid("'key_id' names no API key.", 'key_id'));
  if (asked.userId !== '' && registry.get('user', asked.userId) === undefined) {
    throw new Fault(invalid("'user_id' names no user.", 'user_id'));
  }
  if (key !== undefined && asked.userId !== '' && key.userId !== asked.userId) {
    throw new Fault(invalid("'key_id' is a key of another user.", 'key_id'));
  }
  const userId = key?.userId ?? asked.userId;
  const caller = callerOf(registry, { userId, keyId: asked.keyId, teamId: '' });
  return { ...caller, tags: [...caller.tags, ...asked.tags] };
}

function givenRequest({ registry, clock }: ExplainDependencies, asked: Request, userId: string): RouteRequest {
  const headers = Object.fromEntries(Object.entries(asked.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const strategy = headers[STRATEGY_HEADER];
  if (strategy !== undefined && !isStrategy(strategy)) {
    const param = `headers.${STRATEGY_HEADER}`;
    throw new Fault(invalid(`'${param}' must be one of ${strategies.join(', ')}.`, param));
  }
  const isAllowed = !registry.settings().refusedRequestOptions.includes('strategy');
  return {
    headers,
    promptTokensEstimate: asked.promptTokens,
    promptTokensBound: asked.promptTokens,
    modalities: asked.modalities,
    capabilities: asked.capabilities,
    region: headers[REGION_HEADER] ?? '',
    shareKey: shareKeyOf(userId, asked.sessionId),
    ...(strategy === undefined || !isAllowed ? {} : { strategy }),
    nowMs: asked.at === '' ? clock() : timeMs(asked.at),
  };
}

/** The router's order; policy's own where no router can be asked. */
async function orderOf(
  { router }: ExplainDependencies,
  { candidates }: RoutedModel,
  routing: Routing,
  stickyKey: string,
): Promise<{ readonly candidates: Candidate[]; readonly note: string }> {
  const { routeId, strategy, strategySource } = routing;
  const plan = { ...plainPlan, routeId, strategy, strategySource, stickyKey };
  const priced = candidates.map((candidate) => ({ ...candidate, priceVersion: 0 }));
  try {
    const choices = await router?.explainChoice({ candidates: priced, plan, requestId: '' });
    if (choices !== undefined) return { candidates: choices.map(shown), note: '' };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
  }
  const unordered = candidates.map(({ provider, model, stage = 0, tier = 0 }) =>
    shown({ provider, model, stage, tier, account: '', state: '', reason: '' }),
  );
  return { candidates: unordered, note: 'No router can be asked now: the candidates are in the order of policy.' };
}

function shown({
  provider,
  account,
  model,
  stage,
  tier,
  state,
  reason,
}: Omit<ExplainedChoice, 'state'> & { readonly state: string }): Candidate {
  return { provider, account, model, stage, tier, state, reason };
}

function whyNowhere(last: { readonly routeId: string; readonly mismatch: string } | undefined): string {
  return last?.mismatch === ''
    ? `The route ${last.routeId} sends it to no active provider: clients are told that there is no such model.`
    : 'No active provider has it: add it to the models of a provider, or as a model with targets.';
}
