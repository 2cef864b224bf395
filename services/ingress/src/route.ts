import type { HttpVerb } from '#admin-api/admin-command.ts';
import type { Handler } from './http/exchange.ts';

/** A path in Express' form and what answers each method. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<HttpVerb, Handler>>>;
  /**
   * The query parameters that GET takes; none by default. Others are refused. `any`: the handler looks at them itself, or lets
   * them be: SDKs send parameters of their own (`?beta=true`, `?api-version=2024-10-21`) with requests for a provider.
   */
  readonly query?: readonly string[] | 'any';
  /** Until a client is answered, whatever the handler waits for; absent: as every quick route. */
  readonly answerTimeoutMs?: number;
}
