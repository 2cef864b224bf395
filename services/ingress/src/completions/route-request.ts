import type { IncomingHttpHeaders } from 'node:http';
import type { Asked } from '#ai/asked.ts';
import type { Attribution } from '#contracts/quota.ts';
import type { RouteRequest, Strategy } from '#contracts/routing.ts';
import { shareKeyOf } from '#registry/request-keys.ts';

/** What is known of a request that is to be routed. */
export interface ToRoute {
  readonly userId: string;
  readonly headers: IncomingHttpHeaders;
  readonly asked: Asked;
  readonly attribution: Pick<Attribution, 'sessionId'>;
  readonly region: string;
  /** The client's own choice; absent: policy's. */
  readonly strategy?: Strategy | undefined;
  readonly nowMs: number;
}

/** The request as routes and candidates are matched against it. */
export function routeRequestOf({
  userId,
  headers,
  asked,
  attribution,
  region,
  strategy,
  nowMs,
}: ToRoute): RouteRequest {
  const { promptTokensEstimate, promptTokensBound, modalities = [], capabilities = [] } = asked;
  return {
    headers,
    promptTokensEstimate,
    promptTokensBound,
    modalities,
    capabilities,
    region,
    shareKey: shareKeyOf(userId, conversationOf(asked, attribution)),
    ...(strategy === undefined ? {} : { strategy }),
    nowMs,
  };
}

/**
 * What a request is a part of: its session, else its conversation. Empty where neither is known, as of embeddings: a share of the
 * traffic then is one of users, and no user has vectors of two models.
 */
export function conversationOf(
  asked: Pick<Asked, 'conversationKey'>,
  { sessionId }: Pick<Attribution, 'sessionId'>,
): string {
  return sessionId || asked.conversationKey || '';
}
