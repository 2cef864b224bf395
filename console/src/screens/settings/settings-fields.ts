import type { SettingsChange } from '../../api/gen/index.ts';
import { strategies } from '../models/strategies.ts';

/** How a setting is filled in. */
export type SettingShape =
  | { readonly as: 'text' | 'number' | 'flag' | 'lines' | 'json' | 'throttle' }
  /** One of these; `none`: what holds where none is chosen. */
  | { readonly as: 'choice'; readonly options: readonly string[]; readonly none: string }
  | { readonly as: 'choices'; readonly options: readonly string[] };

export type SettingField = SettingShape & {
  readonly group: string;
  readonly label: string;
  /** What it does. */
  readonly told: string;
};

/** Settings that have another place than this form: `OidcPanel`. */
type Elsewhere = 'console_oidc';

/** Every setting, in the order of the form: one that is missing here does not compile. */
export const settingsFields: Readonly<Record<Exclude<keyof SettingsChange, Elsewhere>, SettingField>> = {
  multiplier: {
    ...{ group: 'Money and limits', label: 'Multiplier', as: 'text' },
    told: "What users pay as a factor of the provider's price, where they have none of their own.",
  },
  output_tokens_default: {
    ...{ group: 'Money and limits', label: 'Output tokens', as: 'number' },
    told: 'How many are set aside for an answer where the client names no bound.',
  },
  requests_per_minute: {
    ...{ group: 'Money and limits', label: 'Requests a minute', as: 'number' },
    told: 'Of users without a number of their own. 0: no such limit.',
  },
  throttle_per_address: {
    ...{ group: 'Throttles', label: 'Each address', as: 'throttle' },
    told: 'Before a key is looked at.',
  },
  throttle_per_user: { group: 'Throttles', label: 'Each user', as: 'throttle', told: 'All keys of a user together.' },
  throttle_per_key: { group: 'Throttles', label: 'Each key', as: 'throttle', told: 'Each API key by itself.' },
  strategy: {
    ...{ group: 'Routing', label: 'Strategy', as: 'choice', options: strategies, none: 'priority' },
    told: 'How requests are spread over candidates where nothing nearer says so.',
  },
  attempts_max: {
    ...{ group: 'Routing', label: 'Attempts', as: 'number' },
    told: 'The most for one request. 0: 3.',
  },
  retry_budget_percent: {
    ...{ group: 'Routing', label: 'Retry budget in percent', as: 'number' },
    told: 'How many of its calls a provider gets as repetitions at most. 0: 10.',
  },
  refused_request_options: {
    group: 'Routing',
    label: 'Clients may not choose',
    as: 'choices',
    options: ['strategy', 'fallbacks', 'timeout', 'retries', 'region', 'priority'],
    told: 'By a header of their request.',
  },
  unplaced_fields: {
    ...{ group: 'Answers', label: 'Fields without a place', as: 'choice', options: ['refuse', 'drop'], none: 'refuse' },
    told: 'Of a request, at a provider: refuse names them in a 400, drop names them in a header.',
  },
  abandoned_answers: {
    ...{ group: 'Answers', label: 'Abandoned answers', as: 'choice', options: ['drain', 'stop'], none: 'drain' },
    told: 'Of clients who left: drain reads on for the usage, stop ends the call and bills what was streamed.',
  },
  drain_seconds: {
    ...{ group: 'Answers', label: 'Seconds of draining', as: 'number' },
    told: 'How long an abandoned answer is read. 0: 30.',
  },
  keep_alive_seconds: {
    ...{ group: 'Answers', label: 'Seconds of silence', as: 'number' },
    told: "After which a stream's client gets the head, and then a comment each time. 0: 15.",
  },
  responses_kept_days: {
    ...{ group: 'Answers', label: 'Days that responses are kept', as: 'number' },
    told: 'Of /v1/responses, for clients who want that. 0: 30.',
  },
  keeps_no_responses: {
    ...{ group: 'Answers', label: 'Keep no responses', as: 'flag' },
    told: 'Whatever a client wants.',
  },
  agent_retries: {
    ...{ group: 'Answers', label: 'Retries of coding agents', as: 'choice', options: ['once', 'each'], none: 'once' },
    told: 'Of an answer that did not arrive whole: once gives the same answer for nothing, each begins another.',
  },
  cors_origins: {
    ...{ group: 'Access', label: 'Origins', as: 'lines' },
    told: 'Whose pages may call the API, one a line. *: all.',
  },
  signed_requests: {
    ...{ group: 'Access', label: 'Signed requests', as: 'flag' },
    told: 'Requests have to be signed with the key: HMAC-SHA256 over time, nonce, method, path and body.',
  },
  jwt_issuers: {
    ...{ group: 'Access', label: 'Issuers of JWTs', as: 'json' },
    told: 'Taken in place of API keys: a list of objects with issuer, audience, user_claim and team_claim.',
  },
  demo: { group: 'Access', label: 'Demo', as: 'flag', told: 'This gateway is for trying out.' },
};

export type SettingName = keyof typeof settingsFields;

/** With their names, in order. */
export const settingsList = Object.entries(settingsFields) as readonly (readonly [SettingName, SettingField])[];
