import type { UserView } from '#contracts/accounts.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';

/** What the log may hold of a person only sealed. */
export interface Profile {
  readonly name: string;
  /** Empty: none. */
  readonly email: string;
}

/** Sealing the same profile of the same user again gives the same text. */
export interface ProfileSeals {
  /** Seals under the user's own key. Where there is none it is made first, and is durable when this resolves. */
  seal(userId: string, profile: Profile): Promise<string>;
  /** Seals under the key there is; undefined where there is none, as for a forgotten person. */
  sealAgain(userId: string, profile: Profile): Promise<string | undefined>;
}

/** A key that was just made, and what may be stored of it. */
export interface NewApiKey {
  /** To be shown once. */
  readonly apiKey: string;
  readonly keyHash: string;
  readonly prefix: string;
}

/** What the handlers need from outside. */
export interface Ports {
  readonly journal: Pick<Journal, 'readStream' | 'append'>;
  /** Runs work on one stream at a time. Rejects with a `Fault`, `unavailable`, where too many wait for it. */
  readonly inTurn: <T>(stream: string, work: () => Promise<T>) => Promise<T>;
  readonly profileSeals: ProfileSeals;
  readonly newApiKey: () => NewApiKey;
  /** The key that follows from an idempotency key: the same each time. */
  readonly sameApiKey: (idempotencyKey: string) => NewApiKey;
  readonly clock: Clock;
  /** The read model's view of a user; undefined where it has none. */
  readonly findUser: (userId: string) => Promise<UserView | undefined>;
  /**
   * Resolves when reads and `authenticate` show the event at `position`, or when waiting longer makes no sense. Never
   * rejects.
   */
  readonly directoryVisible: (position: number) => Promise<void>;
  /** The same for the balance that requests are admitted against. */
  readonly balanceVisible: (position: number) => Promise<void>;
}
