import type { SecretPurpose } from '#api-keys/api-key.ts';
import type { AdminCaller, AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { BalancesPort, LedgerPort, Payer, ProviderTestPort } from '#contracts/admin-needs.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { User } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { RouterAdminPort } from '#contracts/router.ts';
import type { DeadLettersPort } from '#dead-letters/dead-letters-port.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import type { Clock } from '#kernel/clock.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import type { AlertBook } from './domain/alert/alert-book.ts';
import type { AlertMessage } from './domain/alert/alert-message.ts';
import type { Spending } from './domain/alert/readings/balance-low.ts';
import type { Sent } from './domain/alert/sent.ts';

/** Personal data, of which the log holds only what is sealed. */
export interface UserSeals {
  /** The user with its sealed fields open; they are empty where the person is forgotten. */
  open(user: User): Promise<User>;
  /**
   * The user as the log may have it. Where there is no key of the user's own yet it is made first, and is durable when this
   * resolves.
   *
   * @param before The user before, open; what did not change stays sealed as it was.
   */
  seal(user: User, before: User | undefined): Promise<User>;
}

/** A secret that was just made, and what may be stored of it. */
export interface IssuedSecret {
  /** To be shown once. */
  readonly text: string;
  readonly hash: string;
  readonly prefix: string;
}

/** What accounts asks of other services; absent: of a service that can't be asked from here. */
export interface Neighbours {
  readonly moneyAndLimits?: BalancesPort | undefined;
  readonly ledger?: LedgerPort | undefined;
  readonly routerAdmin?: (ProviderTestPort & RouterAdminPort) | undefined;
  readonly priceImports?: PriceImportPort | undefined;
  readonly keyUses?: KeyUsesPort | undefined;
  readonly storedLog?: StoredLog | undefined;
  /** Of this process. */
  readonly deadLetters?: DeadLettersPort | undefined;
  /** Of other processes, by the names of their services. */
  readonly deadLettersElsewhere?: ReadonlyMap<string, DeadLettersPort>;
}

/** Reads price files. What is to be published it publishes by the updates it is given. */
export interface PriceImportPort {
  importPrices(
    request: AdminInput<'importPrices'>,
    caller: AdminCaller,
    update: (request: AdminInput<'update'>, caller: AdminCaller) => Promise<AdminOutput<'update'>>,
  ): Promise<AdminOutput<'importPrices'>>;
}

/** When keys were last used. */
export interface KeyUsesPort {
  /** By id, to the minute; keys that were not used are left out. */
  lastUsedAtMs(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** Sends an alert once through a channel, and tells what came of it. */
export type SendAlert = (channel: ResourceOf<'alertChannel'>, message: AlertMessage) => Promise<Sent>;

/** Alerts on their way to their channels. */
export interface AlertDeliveries {
  /** Sends an alert from now on; what is on its way already goes on. */
  send(alert: EventBodies['AlertRaised'], channelIds: readonly string[], askedAtMs: number): void;
  /** How far a delivery is; undefined: it is not on its way here. `nextAttemptAtMs`: 0 for now. */
  pendingAttempts(
    alertId: string,
    channelId: string,
  ): { readonly attempts: number; readonly reason: string; readonly nextAttemptAtMs: number } | undefined;
  /** Starts no more attempts, and waits for those under way. */
  stop(): Promise<void>;
}

/** An alert that has not reached a channel yet. */
export interface PendingDelivery {
  readonly alert: EventBodies['AlertRaised'];
  readonly channelId: string;
  readonly askedAtMs: number;
}

/** What alerts are watched and sent from, as far as the tables are in line with the log. */
export interface AlertTables {
  knownAlerts(): Promise<AlertBook>;
  pendingDeliveries(): Promise<readonly PendingDelivery[]>;
  /** What payers were charged in the last 7 days and today, by `payerKey`; who was charged nothing is left out. */
  spendingOf(payers: readonly Payer[], nowMs: number): Promise<ReadonlyMap<string, Spending>>;
}

/** What the handlers need from outside. */
export interface Ports {
  readonly journal: Pick<Journal, 'readStream' | 'append'>;
  /** Runs work alone among all that names one of the same things. Rejects with a `Fault`, `unavailable`, where too many wait. */
  readonly inTurns: <T>(names: readonly string[], work: () => Promise<T>) => Promise<T>;
  readonly registry: Pick<Registry, 'get' | 'all' | 'settings'>;
  readonly userSeals: UserSeals;
  /** A fresh secret, or the one that follows from a text: the same each time. */
  readonly issueSecret: (purpose: SecretPurpose, text: string | undefined) => IssuedSecret;
  /**
   * Seals what the log may hold only under the master key. Throws a `Fault` where there is none.
   *
   * @param field What a caller calls it; absent: `api_key`, which may be a reference instead.
   */
  readonly sealSecret: (secret: string, boundTo: string, field?: string) => string;
  /** Sends an alert once through a channel. Never rejects. */
  readonly sendAlert: SendAlert;
  readonly alertDeliveries: AlertDeliveries;
  readonly emailDigest: (email: string) => string;
  readonly emailOwner: (digest: string) => string | undefined;
  /** Tells whose an e-mail is from the append on, however far the fold is behind. */
  readonly emailSet: (userId: string, digest: string) => void;
  /** Why a reference to a provider's key leads where none is; undefined: it may. */
  readonly keyReferenceFault: (reference: string) => string | undefined;
  readonly clock: Clock;
  /** Resolves when decisions are made from what the event at `position` changed, or when waiting longer makes no sense. */
  readonly decidable: (position: number) => Promise<void>;
  /** The same for what is read. */
  readonly visible: (position: number) => Promise<void>;
  /** The same for what is read of alerts. */
  readonly alertsVisible: (position: number) => Promise<void>;
  readonly neighbours: () => Neighbours;
}

/** A service that is there to be asked. Throws `unavailable` where it is not. */
export function there<T>(port: T | undefined, who: string): T {
  if (port !== undefined) return port;
  throw new Fault({ code: 'unavailable', message: `${who} cannot be asked now; try again shortly.` });
}
