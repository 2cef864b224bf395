/** How requests are spread over candidates. */
export const strategies = [
  'round_robin',
  'weighted',
  'least_connections',
  'random',
  'priority',
  'lowest_latency',
  'lowest_cost',
  'rate_headroom',
  'sticky',
] as const;
