/** What the operator sets of the admission's rules; see QuotaConfig. */
export interface AdmissionRules {
  readonly holdTtlMs: number;
  readonly outputTokensFloor: number;
}
