/** What the operator sets of the admission's rules; see QuotaConfig. */
export interface AdmissionRules {
  readonly multiplierBasisPoints: number;
  readonly holdTtlMs: number;
  readonly outputTokensDefault: number;
  readonly outputTokensFloor: number;
  readonly defaultRequestsPerMinute: number;
}
