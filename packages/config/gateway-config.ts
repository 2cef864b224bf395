import { z } from 'zod';

/** Where money and prices enter: decimal USD as text, since a YAML number is a float. */
const usd = z.string().regex(/^\d{1,9}(\.\d{1,9})?$/, 'must be a decimal number of USD in quotes, e.g. "0.15"');
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, ".", "_" or "-"');
const port = z.int().min(0).max(65_535);
const durationMs = z.int().min(1).max(86_400_000);

const provider = z.strictObject({
  name,
  kind: z.enum(['openai', 'anthropic']),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** The environment variable that holds the provider's key. */
  apiKeyEnv: z.string().min(1),
  /** Whose prices apply: a provider of the price catalogue. */
  catalogue: z.string().min(1),
  models: z.array(z.string().min(1)).optional(),
  maxTokensParam: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
});

const price = z.strictObject({
  /** <catalogue>/<model>. */
  key: z.string().regex(/^[^/]+\/.+$/, 'must be <catalogue>/<model>'),
  inputUsdPerMtok: usd,
  outputUsdPerMtok: usd,
  cachedInputUsdPerMtok: usd.optional(),
  cacheWriteUsdPerMtok: usd.optional(),
  cacheWrite1hUsdPerMtok: usd.optional(),
  reasoningUsdPerMtok: usd.optional(),
  contextTokens: z.int().min(0).optional(),
  outputTokensMax: z.int().min(0).optional(),
});

/** The settings of a gateway, as the configuration file holds them; every one has a default. */
export const gatewayConfigSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(8080),
  grpcHost: z.string().min(1).default('127.0.0.1'),
  grpcPort: port.default(8081),
  dataDir: z.string().min(1).default('./data'),
  /** A PostgreSQL of one's own; absent: the embedded one. */
  databaseUrl: z.string().min(1).optional(),
  adminToken: z.string().min(16, 'must have 16 characters or more').optional(),
  keyPepper: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')
    .optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  bodyMaxBytes: z.int().min(1_024).max(134_217_728).default(10_485_760),
  /** From a request's arrival to the end of its answer. */
  requestTimeoutMs: durationMs.default(600_000),
  /** How long a stop waits for running answers. */
  drainTimeoutMs: durationMs.default(30_000),
  /**
   * strict: a provider is called when the admission is durable. overlapped: at the same time; in both no byte of an
   * answer reaches a client before it is.
   */
  durability: z.enum(['strict', 'overlapped']).default('strict'),
  /** What users pay, in basis points of the provider's price. */
  multiplierBasisPoints: z.int().min(100).max(1_000_000).default(15_000),
  /** After this an unfinished request's hold is closed. Longer than `requestTimeoutMs` and the drain of an answer. */
  holdTtlMs: durationMs.default(660_000),
  /** Output tokens of one choice where the client names no bound. */
  outputTokensDefault: z.int().min(1).max(1_000_000).default(16_384),
  /** Most requests a user may start in a clock minute, where the user has no number of its own; 0: no such quota. */
  requestsPerMinute: z.int().min(0).max(1_000_000).default(0),
  providers: z.array(provider).default([]),
  prices: z.array(price).default([]),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
export type ProviderSettings = GatewayConfig['providers'][number];
