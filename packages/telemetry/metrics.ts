import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric's name, in one place, because dashboards and alerts use them. */
export const metricNames = {
  requests: 'gateway_requests_total',
  requestDuration: 'gateway_request_duration_seconds',
  requestsInFlight: 'gateway_requests_in_flight',
  firstByte: 'gateway_first_byte_seconds',
  tokens: 'gateway_tokens_total',
  spend: 'gateway_spend_nano_usd_total',
  units: 'gateway_units_total',
  unpricedUnits: 'gateway_unpriced_units_total',
  providerHealth: 'gateway_provider_health',
  providerState: 'gateway_provider_state',
  providerInFlight: 'gateway_provider_in_flight',
  providerWaiting: 'gateway_provider_waiting',
  deployments: 'gateway_deployments',
  breakerOpenings: 'gateway_breaker_openings_total',
  quotaUsers: 'gateway_quota_users',
  logPosition: 'gateway_log_position',
  consumerLag: 'gateway_consumer_lag_events',
  relayLag: 'gateway_relay_lag_events',
  leader: 'gateway_leader',
  openHolds: 'gateway_open_holds',
  stuckCharges: 'gateway_stuck_charges',
  unchargedTokens: 'gateway_uncharged_tokens_total',
  houseCost: 'gateway_house_cost_nano_usd_total',
  shadows: 'gateway_shadows_total',
  rateLimitFallbacks: 'gateway_rate_limit_fallbacks',
  lockedOut: 'gateway_locked_out_total',
  modelRetires: 'gateway_model_retires_seconds',
  alertsRaised: 'gateway_alerts_raised_total',
  alertDeliveries: 'gateway_alert_deliveries_total',
} as const;

/** From a cache-like 5 ms to the longest answer the default deadline lets through (10 min). */
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/**
 * The gateway's metrics in a registry of their own. Every label is bounded: a route is one of the API's, a model is one
 * that a provider has (otherwise `none`), an error is a code of the error table (otherwise `none`), and users are few
 * (see the ingress).
 *
 * Labels are passed by object. Resolving children beforehand was measured and saves nothing, since prom-client hashes
 * the labels of a child at each call, too (0.4 µs a count, 0.6 µs an observation).
 */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly requests: Counter<'route' | 'model' | 'provider' | 'status' | 'error'>;
  readonly requestDuration: Histogram<'route' | 'model' | 'provider'>;
  readonly requestsInFlight: Gauge;
  readonly firstByte: Histogram<'model' | 'provider'>;
  readonly tokens: Counter<'model' | 'provider' | 'kind'>;
  /** A counter's float is exact up to nine million USD per process and series. The ledger is always exact. */
  readonly spend: Counter<'model' | 'provider'>;
  readonly units: Counter<'model' | 'provider' | 'unit'>;
  /** The price book lacks something: a token was charged as one of text, or the house pays. */
  readonly unpricedUnits: Counter<'model' | 'provider' | 'unit'>;
  /** 1: the provider answers; 0: it does not, by the last calls. */
  readonly providerHealth: Gauge<'provider'>;
  /** 1 for the state it is in: closed, half_open, open, draining, down. */
  readonly providerState: Gauge<'provider' | 'state'>;
  readonly providerInFlight: Gauge<'provider'>;
  /** Requests that wait for a place. */
  readonly providerWaiting: Gauge<'provider'>;
  /** Models by accounts that were called, by state. */
  readonly deployments: Gauge<'provider' | 'state'>;
  readonly breakerOpenings: Counter<'provider' | 'scope'>;
  /** The number of users whose quota or balance is in use to a share or more. */
  readonly quotaUsers: Gauge<'quota' | 'share'>;
  /** The newest position of the log that this process knows. */
  readonly logPosition: Gauge;
  readonly consumerLag: Gauge<'consumer'>;
  readonly relayLag: Gauge;
  /** 1: this process leads the service; 0: it stands by, or may no longer answer. */
  readonly leader: Gauge<'service'>;
  readonly openHolds: Gauge;
  /** Usages that cannot be charged until somebody looks. */
  readonly stuckCharges: Gauge;
  /** Tokens of answers whose usage can no longer be recorded: the provider bills them, and nobody is charged. */
  readonly unchargedTokens: Counter<'provider' | 'kind'>;
  /** What calls that no client pays cost the house: failed attempts, and copies of requests. */
  readonly houseCost: Counter<'provider' | 'kind'>;
  /** Copies of requests that shadow targets got. */
  readonly shadows: Counter<'provider' | 'outcome'>;
  /** Requests whose rate limits this process counted alone, because Redis did not answer. */
  readonly rateLimitFallbacks: Gauge;
  /** Wrong secrets of clients that had tried too many: they were told to leave off. */
  readonly lockedOut: Counter<'secret'>;
  /** Of models that were asked for within a day and end within 30 days: how long it takes; below 0: since when it has ended. */
  readonly modelRetires: Gauge<'model'>;
  readonly alertsRaised: Counter<'kind'>;
  readonly alertDeliveries: Counter<'outcome'>;
}

type RequestMetrics = Pick<
  GatewayMetrics,
  'requests' | 'requestDuration' | 'requestsInFlight' | 'firstByte' | 'tokens' | 'spend' | 'units' | 'unpricedUnits'
>;

type ProviderMetrics = Pick<
  GatewayMetrics,
  'providerHealth' | 'providerState' | 'providerInFlight' | 'providerWaiting' | 'deployments' | 'breakerOpenings'
>;

/** Creates the gateway's metrics, with prom-client's own about memory, CPU and the event loop by default. */
export function createMetrics({ withProcessDefaults = true } = {}): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  if (withProcessDefaults) collectDefaultMetrics({ register: registry });

  const gauge = (metric: keyof typeof metricNames, help: string): Gauge =>
    new Gauge({ name: metricNames[metric], help, registers });
  return {
    registry,
    ...requestMetrics(registers),
    ...providerMetrics(registers),
    quotaUsers: new Gauge({
      name: metricNames.quotaUsers,
      help: 'Of the users seen last, those who use a quota (requests_per_minute, balance) to this share or more.',
      labelNames: ['quota', 'share'],
      registers,
    }),
    logPosition: gauge('logPosition', 'The newest position of the log this process knows of.'),
    consumerLag: new Gauge({
      name: metricNames.consumerLag,
      help: 'Events a projection, or what is folded in memory, is behind the log.',
      labelNames: ['consumer'],
      registers,
    }),
    relayLag: gauge('relayLag', 'Committed events that are not on JetStream yet.'),
    leader: new Gauge({
      name: metricNames.leader,
      help: '1 where this process leads the service, 0 where it stands by.',
      labelNames: ['service'],
      registers,
    }),
    openHolds: gauge('openHolds', 'Holds that are not over.'),
    rateLimitFallbacks: gauge('rateLimitFallbacks', 'Requests whose limits were counted by this process alone.'),
    lockedOut: new Counter({
      name: metricNames.lockedOut,
      help: 'Wrong secrets (api_key, admin_token) that were refused with 429, since their sender had tried too many.',
      labelNames: ['secret'],
      registers,
    }),
    modelRetires: new Gauge({
      name: metricNames.modelRetires,
      help: 'Seconds until a model in use ends, of those that end within 30 days; negative where it has.',
      labelNames: ['model'],
      registers,
    }),
    stuckCharges: gauge('stuckCharges', 'Usages on record that could not be charged and need somebody to look.'),
    unchargedTokens: new Counter({
      name: metricNames.unchargedTokens,
      help: 'Tokens a provider bills, or may bill, and nobody is charged for: it broke off, or they could not be recorded. By kind (input, output).',
      labelNames: ['provider', 'kind'],
      registers,
    }),
    ...houseMetrics(registers),
    ...alertMetrics(registers),
  };
}

function alertMetrics(registers: Registry[]): Pick<GatewayMetrics, 'alertsRaised' | 'alertDeliveries'> {
  return {
    alertsRaised: new Counter({
      name: metricNames.alertsRaised,
      help: 'Alerts that were raised, by what their rules watch.',
      labelNames: ['kind'],
      registers,
    }),
    alertDeliveries: new Counter({
      name: metricNames.alertDeliveries,
      help: 'Alerts that came to their end on the way to a channel, by outcome (delivered, failed).',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

function houseMetrics(registers: Registry[]): Pick<GatewayMetrics, 'houseCost' | 'shadows'> {
  return {
    houseCost: new Counter({
      name: metricNames.houseCost,
      help: 'What calls that no client pays cost the house, in nano-USD, by kind (attempt: it failed; shadow: a copy).',
      labelNames: ['provider', 'kind'],
      registers,
    }),
    shadows: new Counter({
      name: metricNames.shadows,
      help: 'Copies of requests for shadow targets, by outcome (completed, cut, failed; skipped: not sent; lost: not recorded).',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
  };
}

/** How providers are doing. */
function providerMetrics(registers: Registry[]): ProviderMetrics {
  return {
    providerHealth: new Gauge({
      name: metricNames.providerHealth,
      help: '1 where the provider answers, 0 where it does not, as seen from the last calls.',
      labelNames: ['provider'],
      registers,
    }),
    providerState: new Gauge({
      name: metricNames.providerState,
      help: '1 for the state the provider is in (closed, half_open, open, draining, down), 0 for the others.',
      labelNames: ['provider', 'state'],
      registers,
    }),
    providerInFlight: new Gauge({
      name: metricNames.providerInFlight,
      help: 'Calls under way, by provider.',
      labelNames: ['provider'],
      registers,
    }),
    providerWaiting: new Gauge({
      name: metricNames.providerWaiting,
      help: 'Requests that wait for a place at the provider.',
      labelNames: ['provider'],
      registers,
    }),
    deployments: new Gauge({
      name: metricNames.deployments,
      help: 'Models by the accounts of a provider that were called, by the state of their circuit breaker.',
      labelNames: ['provider', 'state'],
      registers,
    }),
    breakerOpenings: new Counter({
      name: metricNames.breakerOpenings,
      help: 'How often a circuit breaker opened, by what it is of (provider, account, deployment).',
      labelNames: ['provider', 'scope'],
      registers,
    }),
  };
}

/** What is counted of each request. */
function requestMetrics(registers: Registry[]): RequestMetrics {
  return {
    requests: new Counter({
      name: metricNames.requests,
      help: 'Requests answered, by route, model asked for, provider that answered, HTTP status and error code.',
      labelNames: ['route', 'model', 'provider', 'status', 'error'],
      registers,
    }),
    requestDuration: new Histogram({
      name: metricNames.requestDuration,
      help: 'Time from the arrival of a request to the end of its answer, in seconds.',
      labelNames: ['route', 'model', 'provider'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    requestsInFlight: new Gauge({
      name: metricNames.requestsInFlight,
      help: 'Requests that have begun and not ended, those drained after their client left included.',
      registers,
    }),
    firstByte: new Histogram({
      name: metricNames.firstByte,
      help: 'Time from the arrival of a completion to the first piece of its answer, in seconds.',
      labelNames: ['model', 'provider'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    tokens: new Counter({
      name: metricNames.tokens,
      help: 'Tokens of answered completions, by kind (input, output).',
      labelNames: ['model', 'provider', 'kind'],
      registers,
    }),
    spend: new Counter({
      name: metricNames.spend,
      help: 'What users were charged, in nano-USD, by the model of the price and the provider that answered.',
      labelNames: ['model', 'provider'],
      registers,
    }),
    units: new Counter({
      name: metricNames.units,
      help: 'What was used and charged, by unit (input, cached_input, audio_output, search, ...), model of the price and provider.',
      labelNames: ['model', 'provider', 'unit'],
      registers,
    }),
    unpricedUnits: new Counter({
      name: metricNames.unpricedUnits,
      help: 'Charges of which the price does not say what a unit, or the tier of service (service_tier), costs.',
      labelNames: ['model', 'provider', 'unit'],
      registers,
    }),
  };
}
