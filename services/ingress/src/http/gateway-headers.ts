/** Headers of answers that are the gateway's own. */
export const gatewayHeaders = {
  /** The output bound of each choice: the client's own, or what its request was fitted to. */
  outputTokensMax: 'x-gateway-max-output-tokens',
  provider: 'x-gateway-provider',
  attempts: 'x-gateway-attempts',
  /** The route of policy that fitted. */
  route: 'x-gateway-route',
  /** What the provider calls the request: told by the router. */
  providerRequestId: 'x-gateway-provider-request-id',
  /** In exact decimal USD. */
  cost: 'x-gateway-cost-usd',
  /** What to use in place of a model that ends. */
  modelSuccessor: 'x-gateway-model-successor',
  /** The client's fields that had no place at the provider. */
  dropped: 'x-gateway-dropped',
} as const;
