import type OpenAI from 'openai';
import type { FormatName } from '#ai/format.ts';
import type { AdminApi, Balance } from './admin-api.ts';

/** What one has to know to use a gateway and to look into it. */
export interface Reach {
  readonly url: string;
  /** As gatewayctl takes it. */
  readonly grpcAddress: string;
  readonly adminToken: string;
  /** The log lines so far, of all its processes. */
  readonly lines: readonly string[];
}

/** A gateway as its operator has it, whatever it is made of: providers, the admin token, its database. */
export interface Installation extends AsyncDisposable {
  readonly simulatorUrl: string;
  readonly admin: AdminApi;
  readonly gateway: () => Reach;
  /** Ends all its processes in good order; their last log lines are out then. */
  stop(): Promise<void>;
  /** Of its database, as a role that may look at everything. */
  databaseUrl(): Promise<string>;
  /** A new user with credit and a key. */
  customer(wishes?: CustomerWishes): Promise<Customer>;
  stats(): Promise<Stats>;
  /** Waits until every hold has ended and every projection has what the log has. */
  settled(): Promise<void>;
}

export interface CustomerWishes {
  /** Decimal USD; 10 where it is left out, none where it is empty. */
  readonly creditUsd?: string;
  readonly requestsPerMinute?: number;
  readonly multiplier?: string;
}

export interface Customer {
  readonly userId: string;
  readonly keyId: string;
  readonly apiKey: string;
  /** Does not retry: each call is one request. */
  readonly client: OpenAI;
  balance(): Promise<Balance>;
}

export interface Stats {
  readonly openHolds: number;
  readonly log: { readonly position: number };
  readonly projections: Readonly<Record<string, number>>;
}

export interface InstallationOptions {
  /** Beside the simulator's two. */
  readonly providers?: readonly ProviderOption[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of one that runs already; else one is started in this process. */
  readonly simulatorUrl?: string;
}

interface ProviderOption {
  readonly name: string;
  readonly kind?: 'openai' | 'anthropic';
  /** The row of the provider catalogue that says how it is spoken to. */
  readonly preset?: string;
  readonly baseUrl: string;
  /** The environment variable with its key; the installation's own where it is left out. */
  readonly apiKeyEnv?: string;
  readonly catalogue?: string;
  readonly models: readonly string[];
  /** Where it is, for signatures. */
  readonly region?: string;
  /** The wire formats it speaks, best first; its kind's where they are left out. */
  readonly formats?: readonly FormatName[];
  /** Whether its reasoning is a part of the output's count; `compare`: the total tells. */
  readonly reasoningInOutput?: 'yes' | 'no' | 'compare';
}
