import { z } from 'zod';
import { formatNames } from '#ai/format.ts';
import { kindOf } from '#ai/providers/provider-row.ts';
import { providerRows } from '#ai/providers/provider-rows.ts';
import { providerRow } from '#ai/providers/spoken-by.ts';
import { unitNames } from '#ai/units.ts';
import { multiplier } from '#contracts/admin-fields.ts';
import { databaseUrlFault } from './database-url.ts';
import { privatePlaceFault } from './private-place-fault.ts';

const privatePlace = z.string().superRefine((text, context) => {
  const message = privatePlaceFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Where money and prices enter: decimal USD as text, since a YAML number is a float. */
const usd = z
  .string()
  .regex(
    /^\d{1,8}(\.\d{1,6})?$/,
    'must be USD as a decimal in quotes, e.g. "0.15", of at most 8 digits and 6 decimals',
  );
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, ".", "_" or "-"');
const port = z.int().min(0).max(65_535);
/** Where a gRPC server is found; a name may stand for several. */
const address = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, 'must be host:port')
  .refine((text) => isPort(text.slice(text.lastIndexOf(':') + 1)), 'must be host:port, the port from 1 to 65535');
const addresses = z.array(address).default([]);
const databaseUrl = z.string().superRefine((text, context) => {
  const message = databaseUrlFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const natsServer = z.string().regex(/^(nats|tls):\/\/[^\s/@]+$/, 'must be nats://host:port');
const durationMs = z.int().min(1).max(86_400_000);
/** As the resource's own bound: an hour. */
const providerWaitMs = z.int().min(1).max(3_600_000);

const fieldName = z.string().min(1).max(100);
const yesNoCompare = z.enum(['yes', 'no', 'compare']);

const provider = z
  .strictObject({
    name,
    /** The row of the provider catalogue that says what is left out here (packages/ai/providers/provider-rows.ts). */
    preset: z.enum(providerRows.map(({ id }) => id)).optional(),
    kind: z.enum(['openai', 'anthropic']).optional(),
    baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
    /** The environment variable that holds the provider's key; empty: it wants none. */
    apiKeyEnv: z.string().optional(),
    /** Whose prices apply: a provider of the price catalogue. */
    catalogue: z.string().min(1).optional(),
    models: z.array(z.string().min(1)).optional(),
    maxTokensParam: z.enum(['max_tokens', 'max_completion_tokens']).optional(),
    /** The wire formats it speaks, best first. */
    formats: z.array(z.enum(formatNames)).max(10).optional(),
    refusesStreamOptions: z.boolean().optional(),
    renamedFields: z.record(fieldName, fieldName).optional(),
    refusedFields: z.array(fieldName).max(50).optional(),
    /** Where it is: clients may ask for a region, and a signature for AWS names it where the address does not. */
    region: z.string().max(100).optional(),
    cacheInInput: yesNoCompare.optional(),
    reasoningInOutput: yesNoCompare.optional(),
    connectTimeoutMs: providerWaitMs.max(600_000).optional(),
    streamHeadTimeoutMs: providerWaitMs.optional(),
    wholeHeadTimeoutMs: providerWaitMs.optional(),
    idleTimeoutMs: providerWaitMs.optional(),
  })
  .superRefine((said, context) => {
    if (said.preset !== undefined) {
      if (said.baseUrl !== undefined || providerRow(said.preset)?.baseUrl !== '') return;
      context.addIssue({ code: 'custom', path: ['baseUrl'], message: `must be given for the preset ${said.preset}` });
      return;
    }
    for (const field of ['kind', 'baseUrl', 'apiKeyEnv', 'catalogue'] as const) {
      if (said[field] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [field], message: 'must be given where there is no preset' });
    }
  })
  .transform(({ kind, baseUrl, apiKeyEnv, catalogue, ...said }) => {
    const row = said.preset === undefined ? undefined : providerRow(said.preset);
    return {
      ...said,
      kind: kind ?? (row === undefined ? ('openai' as const) : kindOf(row)),
      baseUrl: baseUrl ?? row?.baseUrl ?? '',
      apiKeyEnv: apiKeyEnv ?? row?.keyVariable ?? '',
      catalogue: catalogue ?? row?.catalogue ?? '',
    };
  });

function isSmtpUrl(text: string): boolean {
  return URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '';
}

/** YAML's `off` and the environment's, which is text. */
const onOrOff = z
  .union([z.boolean(), z.enum(['on', 'off', 'true', 'false'])], { error: 'must be on or off' })
  .transform((value) => value === true || value === 'on' || value === 'true');

const rateLimit = z
  .strictObject({ requestsPerMinute: z.int().min(1).max(60_000_000), burst: z.int().min(1).max(1_000_000).optional() })
  // A tenth of a minute's worth at once, where it is not said.
  .transform(({ requestsPerMinute, burst = Math.max(1, Math.ceil(requestsPerMinute / 10)) }) => ({
    requestsPerMinute,
    burst,
  }));

const rateLimits = z.strictObject({
  perIp: rateLimit.optional(),
  perUser: rateLimit.optional(),
  perKey: rateLimit.optional(),
  /** Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed. */
  trustedProxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
});

/** The units of text that a price of the configuration has fields for. */
const fieldUnits: ReadonlySet<string> = new Set([
  'input',
  'output',
  'cached_input',
  'cache_write',
  'cache_write_1h',
  'reasoning',
]);
const otherUnits = unitNames.filter((unit) => !fieldUnits.has(unit));

const price = z.strictObject({
  /** <catalogue>/<model>. */
  key: z.string().regex(/^[^/]+\/.+$/, 'must be <catalogue>/<model>'),
  inputUsdPerMtok: usd,
  /** Absent: answers are vectors, which cost nothing. */
  outputUsdPerMtok: usd.optional(),
  cachedInputUsdPerMtok: usd.optional(),
  cacheWriteUsdPerMtok: usd.optional(),
  cacheWrite1hUsdPerMtok: usd.optional(),
  reasoningUsdPerMtok: usd.optional(),
  /** Units without a field above, USD for a million of each: tokens of sound, searches, pictures. */
  otherUsdPerMillion: z.partialRecord(z.enum(otherUnits), usd).optional(),
  contextTokens: z.int().min(0).optional(),
  outputTokensMax: z.int().min(0).optional(),
});

/** The settings of a gateway, as the configuration file holds them; every one has a default. */
export const gatewayConfigSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(8080),
  grpcHost: z.string().min(1).default('127.0.0.1'),
  grpcPort: port.default(8081),
  /** Of a process that is one service: where its health and metrics are. The ingress has them at its own port. */
  opsHost: z.string().min(1).default('127.0.0.1'),
  opsPort: port.default(8082),
  /** What a process calls itself in leases and logs; absent: its host and process id. */
  instance: z.string().min(1).max(200).optional(),
  dataDir: z.string().min(1).default('./data'),
  /** Below these a provider's api_key_ref may name files; absent: /run/secrets/providers and dataDir/provider-keys. */
  providerKeyDirs: z.array(z.string().min(1)).optional(),
  /**
   * Addresses, CIDR ranges and host names that providers may have beside those of the internet; "*": any. The providers below may
   * be where they are.
   */
  privateProviders: z.array(privatePlace).default([]),
  /** A PostgreSQL of one's own; absent: the embedded one. */
  databaseUrl: databaseUrl.optional(),
  /** The same database as a role that owns the schema, for migrations; absent: `databaseUrl` migrates. */
  migrationDatabaseUrl: databaseUrl.optional(),
  /** off: a start leaves the schema as it is, and fails where it is too old. */
  migrate: z.enum(['auto', 'off']).default('auto'),
  natsUrl: z.array(natsServer).default([]),
  natsUser: z.string().min(1).optional(),
  natsPassword: z.string().min(1).optional(),
  /** A file with the authority of the NATS servers' certificates; given, TLS is used. */
  natsCa: z.string().min(1).optional(),
  /** JetStream's copies of the events; more than 1 needs a cluster. */
  natsReplicas: z.int().min(1).max(5).default(1),
  /** Rate limits that several ingresses share; absent: each counts for itself. */
  redisUrl: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'must be redis://host:port')
    .optional(),
  /** Files; all three given, gRPC is mutual TLS. */
  tlsCert: z.string().min(1).optional(),
  tlsKey: z.string().min(1).optional(),
  tlsCa: z.string().min(1).optional(),
  /** The gRPC servers of each service. */
  journalAddresses: addresses,
  quotaAddresses: addresses,
  billingAddresses: addresses,
  accountsAddresses: addresses,
  routerAddresses: addresses,
  adminToken: z.string().min(16, 'must have 16 characters or more').optional(),
  /** Given: `/metrics` is for those who send it. */
  metricsToken: z.string().min(16, 'must have 16 characters or more').optional(),
  keyPepper: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')
    .optional(),
  /** Seals providers' keys that are kept in the log. Several, with commas: the first one seals, all of them open. */
  masterKey: z
    .string()
    .regex(
      /^[0-9a-fA-F]{64}( *, *[0-9a-fA-F]{64})*$/,
      'must be 64 hex digits, or several such keys with commas between',
    )
    .optional(),
  /** The server that takes mails of alerts, with its user and password where it wants them. */
  smtpUrl: z
    .string()
    .refine(
      isSmtpUrl,
      'must be smtp://host:587 or smtps://host:465, with "user:password@" before the host if it needs one',
    )
    .optional(),
  /** The sender of these mails: a bare address. */
  smtpFrom: z
    .string()
    .regex(/^[^\s@<>"(),:;]+@[^\s@<>"(),:;]+$/, 'must be an e-mail address')
    .optional(),
  /** How often alert rules look at what they watch. */
  alertIntervalMs: durationMs.min(100).default(15_000),
  /** A user to try the gateway with, where the simulator is its provider and the database the embedded one. */
  demo: onOrOff.default(true),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  bodyMaxBytes: z.int().min(1_024).max(134_217_728).default(10_485_760),
  /** From a request's arrival to the end of its answer. */
  requestTimeoutMs: durationMs.default(600_000),
  /** From the arrival of a request for a response in the background to the response's end. */
  backgroundTimeoutMs: durationMs.default(3_600_000),
  /** How long a client may take nothing of an answer that waits for it. */
  clientStallTimeoutMs: durationMs.default(60_000),
  /** How long a stop waits for running answers. */
  drainTimeoutMs: durationMs.default(30_000),
  /**
   * strict: a provider is called when the admission is durable. overlapped: at the same time; in both no byte of an
   * answer reaches a client before it is. overlapped holds within one process: between processes it is strict.
   */
  durability: z.enum(['strict', 'overlapped']).default('strict'),
  /** What users pay, in basis points of the provider's price. */
  multiplierBasisPoints: z.int().min(multiplier.min).max(multiplier.max).default(15_000),
  /** After this an unfinished request's hold is closed. Longer than `requestTimeoutMs` and the drain of an answer. */
  holdTtlMs: durationMs.default(660_000),
  /** Output tokens of one choice where the client names no bound. */
  outputTokensDefault: z.int().min(1).max(1_000_000).default(16_384),
  /** Most requests a user may start in a clock minute, where the user has no number of its own; 0: no such quota. */
  requestsPerMinute: z.int().min(0).max(1_000_000).default(0),
  /** Throttles, beside the quotas; absent: none. */
  rateLimits: rateLimits.optional(),
  providers: z.array(provider).default([]),
  prices: z.array(price).default([]),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
export type ProviderSettings = GatewayConfig['providers'][number];

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}
