import type pg from 'pg';
import type { Bus } from '#bus/connect-bus.ts';
import type { GatewayConfig } from '#config/gateway-config.ts';
import type { AccountsPort } from '#contracts/accounts.ts';
import type { AdminPort, FindAdminToken } from '#contracts/admin.ts';
import type { BalancesPort, LedgerPort, ProviderTestPort } from '#contracts/admin-needs.ts';
import type { BalancePort, BillingPort } from '#contracts/billing.ts';
import type { QuotaPort } from '#contracts/quota.ts';
import type { RouterPort } from '#contracts/router.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { Followable, Following } from '#journal/following.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import type { ServedService } from '#rpc/served-service.ts';
import type { Host } from './host.ts';
import type { Database, DatabaseWishes } from './open-database.ts';

export type ServiceName = 'journal' | 'quota' | 'billing' | 'accounts' | 'router' | 'ingress';

/** One of the gateway's services, to be run alone in a process, or together with any others. */
export type GatewayModule = LogModule | ServiceModule;

interface ModuleFacts {
  /** What `--help` prints of it. */
  readonly usage: string;
  /** The settings it needs beside those that its kind needs, and their variables. */
  readonly needs?: Readonly<Partial<Record<keyof GatewayConfig, string>>>;
  /** It has a schema of its name. `ownPool`: its connections are its own, and not shared with the process' other modules. */
  readonly schema?: { readonly ownPool?: DatabaseWishes };
  /**
   * Throws where the settings are wrong. Called first of all: a standby with settings it could not lead by would be taken
   * for a successor.
   */
  check?(host: Pick<Host, 'config' | 'environment'>): void;
}

/** The log's writer. It leads before the other modules of its process, which then have the log without a bus. */
export interface LogModule extends ModuleFacts {
  readonly name: 'journal';
  lead(parts: LogParts): Promise<LedLog>;
}

/** Every other service. `F` is what it follows; undefined: nothing. */
export interface ServiceModule<F extends Following | undefined = Following | undefined> extends ModuleFacts {
  readonly name: Exclude<ServiceName, 'journal'>;
  /** One process at a time leads it. Absent: as many as there are do its work. */
  readonly isLed?: true;
  /** The services whose ports it uses, in this process or another. It is led after them. */
  readonly uses?: readonly Exclude<ServiceName, 'journal'>[];
  /** A standby's half: loads the tables and folds the log from there. It can append nothing. */
  follow?(standby: Standby): Promise<F>;
  /** A leader's half. What it opens goes on its host's stack. */
  lead(parts: LeadParts<F>): Promise<Led>;
}

/** What a standby has. */
export interface Standby {
  readonly pool: pg.Pool;
  readonly journal: Followable;
}

/** What every module is led with. */
export interface LogParts {
  /** The process as this module sees it: under its name, with its logger, and a stack of its own. */
  readonly host: Host;
  /** Its database. Throws where it has no schema. */
  readonly database: () => Database;
  /** Whether this process may answer now. */
  readonly isLeading: () => boolean;
  /** The modules of this process. */
  readonly neighbours: ReadonlySet<ServiceName>;
  /** Undefined: the gateway is this process alone. */
  readonly bus: OverBus | undefined;
}

export interface OverBus {
  readonly bus: Bus;
  /** What may go on after the lease was given back; given back itself before database, bus and log. */
  readonly afterLease: AsyncDisposableStack;
}

export interface LeadParts<F extends Following | undefined = Following | undefined> extends LogParts {
  /**
   * The log: of this process where the journal is a module of it. Of a service that is led: what it appends is refused
   * once a later term has begun.
   */
  readonly journal: Journal;
  /** The place in the log beyond which no earlier leader can have written. */
  readonly from: number;
  readonly following: F;
  /** Resolves when the named projection of this process has taken the event at `position`. */
  readonly awaitProjection: (name: string, position: number) => Promise<void>;
  /** Ports of the modules of this process among `uses`; what is absent is in another process. */
  readonly local: LocalPorts;
  /** Ports of all modules of this process that are led by the time of the call: for what commands need of services led later. */
  readonly neighbourPorts: () => LocalPorts;
  /** Policy in this process' memory: one for all modules, read and followed from the first call on. */
  readonly registry: () => Promise<FollowedRegistry>;
}

/** What modules offer one another in one process. */
export interface LocalPorts {
  readonly accounts?: AccountsPort;
  readonly admin?: AdminPort;
  readonly moneyAndLimits?: BalancesPort;
  readonly ledger?: LedgerPort;
  readonly providerTests?: ProviderTestPort;
  readonly quota?: QuotaPort;
  readonly balances?: BalancePort;
  readonly billing?: BillingPort;
  readonly router?: RouterPort;
  readonly log?: LocalLogPort;
  /** What the modules have to tell /health/stats, and their projections' places in the log. */
  readonly stats?: () => LocalStats;
}

export interface LocalStats {
  readonly projections: Readonly<Record<string, number>>;
  readonly [part: string]: unknown;
}

export interface LocalLogPort {
  /** Each part the log needs, `ok` or why it is not. Never rejects. */
  readiness(): Promise<Readonly<Record<string, string>>>;
}

/** What a module that is led offers. */
export interface Led {
  readonly ports?: Omit<LocalPorts, 'stats'>;
  /** Kept in line with the log by the process. */
  readonly projections?: readonly Projection[];
  readonly deadLetters?: DeadLetterSource;
  /** What operators' tools ask of it over gRPC. */
  readonly operatorServices?: readonly ServedService[];
  /** What other processes call over gRPC; served where there are any. */
  readonly services?: readonly ServedService[];
  /** Finds personal tokens of administration, which the process' gRPC server takes then. */
  readonly findAdminToken?: FindAdminToken;
  /** What its gRPC calls want of the server. */
  readonly grpc?: { readonly requestMaxBytes: number; readonly withMultiplexing: boolean };
  readonly stats?: () => Readonly<Record<string, unknown>>;
  /** Where clients find it. */
  readonly url?: string;
  /** Called once the projections are kept. Resolves when the module does its work. */
  begin?(): Promise<void>;
  /** Called when the module and its server do their work, to publish metrics from then on. */
  publishMetrics?(): void;
}

export interface LedLog extends Led {
  readonly journal: Journal;
  /** The newest position, without a question. */
  knownHead(): number;
}
