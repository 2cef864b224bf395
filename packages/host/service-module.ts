import type pg from 'pg';
import type { Bus } from '#bus/connect-bus.ts';
import type { GatewayConfig } from '#config/gateway-config.ts';
import type { AdminPort, FindAdminToken } from '#contracts/admin.ts';
import type { BalancesPort, LedgerPort, ProviderTestPort } from '#contracts/admin-needs.ts';
import type { BalancePort, BillingPort } from '#contracts/billing.ts';
import type { QuotaPort } from '#contracts/quota.ts';
import type { RouterAdminPort, RouterPort } from '#contracts/router.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { DeadLettersPort } from '#dead-letters/dead-letters-port.ts';
import type { Followable, Following } from '#journal/following.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import type { FollowedRegistry, PolicySnapshot } from '#registry/follow-registry.ts';
import type { ServedService } from '#rpc/served-service.ts';
import type { Host } from './host.ts';
import type { Database, DatabaseWishes } from './open-database.ts';

export type ServiceName = 'journal' | 'quota' | 'billing' | 'accounts' | 'router' | 'ingress';

/** One of the gateway's services. It runs alone in a process, or together with others. */
export type GatewayModule = LogModule | ServiceModule;

interface ModuleFacts {
  /** Its text in `--help`. */
  readonly usage: string;
  /** The settings that it needs beside those of its kind, with their variables. */
  readonly needs?: Readonly<Partial<Record<keyof GatewayConfig, string>>>;
  /** Whether it has a schema of its name. `ownPool`: it does not share connections with the process' other modules. */
  readonly schema?: { readonly ownPool?: DatabaseWishes };
  /**
   * Throws if the settings are wrong. Called first of all: a standby with settings that it could not lead by would be
   * taken for a successor.
   */
  check?(host: Pick<Host, 'config' | 'environment'>): void;
}

/** The log's writer. It leads before the other modules of its process, which then use the log without a bus. */
export interface LogModule extends ModuleFacts {
  readonly name: 'journal';
  lead(parts: LogParts): Promise<LedLog>;
}

/** Every other service. `F` is the type of its fold; undefined: it follows nothing. */
export interface ServiceModule<F extends Following | undefined = Following | undefined> extends ModuleFacts {
  readonly name: Exclude<ServiceName, 'journal'>;
  /** One process at a time leads it. Absent: any number of processes run it. */
  readonly isLed?: true;
  /** It reads policy from the registry. */
  readonly readsPolicy?: true;
  /** Where policy of this process begins, from the tables of the module, which are migrated and may be behind the log. */
  readonly policySnapshot?: (pool: pg.Pool) => PolicySnapshot;
  /** The services whose ports it uses, in this process or another. It is led after them. */
  readonly uses?: readonly Exclude<ServiceName, 'journal'>[];
  /** A standby's half: loads the tables and folds the log from there. It can append nothing. */
  follow?(standby: Standby): Promise<F>;
  /** A leader's half. It puts what it opens on its host's stack. */
  lead(parts: LeadParts<F>): Promise<Led>;
}

/** What a standby gets. */
export interface Standby {
  readonly pool: pg.Pool;
  readonly journal: Followable;
}

/** What every led module gets. */
export interface LogParts {
  /** The process as this module sees it: under the module's name, with its logger and a stack of its own. */
  readonly host: Host;
  /** The module's database. Throws if the module has no schema. */
  readonly database: () => Database;
  /** Whether this process may answer now. */
  readonly isLeading: () => boolean;
  /** The modules of this process. */
  readonly neighbours: ReadonlySet<ServiceName>;
  /** Undefined: this process is the whole gateway. */
  readonly bus: OverBus | undefined;
}

export interface OverBus {
  readonly bus: Bus;
  /** A stack for what may go on after the lease was given back. It is given back before database, bus and log. */
  readonly afterLease: AsyncDisposableStack;
}

export interface LeadParts<F extends Following | undefined = Following | undefined> extends LogParts {
  /**
   * The log: this process' own if the journal is one of its modules. A led service's appends are refused once a later
   * term has begun.
   */
  readonly journal: Journal;
  /** The position beyond which no earlier leader can have written. */
  readonly from: number;
  readonly following: F;
  /** Resolves when the named projection of this process has taken the event at `position`. */
  readonly awaitProjection: (name: string, position: number) => Promise<void>;
  /** Ports of those modules in `uses` that run in this process. An absent port is in another process. */
  readonly local: LocalPorts;
  /** Ports of all modules of this process that are led by the time of the call: for what commands need of services led later. */
  readonly neighbourPorts: () => LocalPorts;
  /** Policy in this process' memory: one for all modules, read and followed from the first call on. */
  readonly registry: () => Promise<FollowedRegistry>;
}

/** What the modules of one process offer one another. */
export interface LocalPorts {
  readonly admin?: AdminPort;
  readonly moneyAndLimits?: BalancesPort;
  readonly ledger?: LedgerPort;
  readonly routerAdmin?: ProviderTestPort & RouterAdminPort;
  readonly quota?: QuotaPort;
  readonly balances?: BalancePort;
  readonly billing?: BillingPort;
  readonly router?: RouterPort;
  readonly log?: LocalLogPort;
  readonly storedLog?: StoredLog;
  /** Of all consumers of the log in this process. */
  readonly deadLetters?: DeadLettersPort;
  /** The modules' parts of /health/stats, and their projections' positions. */
  readonly stats?: () => LocalStats;
}

export interface LocalStats {
  readonly projections: Readonly<Record<string, number>>;
  readonly [part: string]: unknown;
}

export interface LocalLogPort {
  /** Each part that the log needs: `ok`, or why it is not. Never rejects. */
  readiness(): Promise<Readonly<Record<string, string>>>;
}

/** What a led module offers. */
export interface Led {
  readonly ports?: Omit<LocalPorts, 'stats' | 'deadLetters'>;
  /** Projections that the process keeps in line with the log. */
  readonly projections?: readonly Projection[];
  readonly deadLetters?: DeadLetterSource | readonly DeadLetterSource[];
  /** gRPC services for operators' tools. */
  readonly operatorServices?: readonly ServedService[];
  /** gRPC services for other processes, served if there are any. */
  readonly services?: readonly ServedService[];
  /** Finds personal tokens of administration, for the process' gRPC server. */
  readonly findAdminToken?: FindAdminToken;
  /** What its gRPC calls need of the server. */
  readonly grpc?: { readonly requestMaxBytes: number; readonly withMultiplexing: boolean };
  readonly stats?: () => Readonly<Record<string, unknown>>;
  /** The address for clients. */
  readonly url?: string;
  /** Called once the projections run. Resolves when the module works. */
  begin?(): Promise<void>;
  /** Called when the module and its server work, to publish metrics from then on. */
  publishMetrics?(): void;
}

export interface LedLog extends Led {
  readonly journal: Journal;
  /** The newest position, known without a query. */
  knownHead(): number;
}
