import type { UserView } from '#contracts/accounts.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';

/** The keys that users' profiles are sealed under. */
export interface SubjectKeys {
  /** The user's key, made now where there is none. Durable when it resolves. */
  take(userId: string): Promise<Buffer>;
  /** The user's key; undefined where there is none, as for a forgotten person. */
  find(userId: string): Promise<Buffer | undefined>;
}

/** What the handlers need from outside. */
export interface Ports {
  readonly journal: Pick<Journal, 'readStream' | 'append'>;
  readonly subjectKeys: SubjectKeys;
  readonly clock: Clock;
  /** The keyed hash an API key is stored and looked up by. */
  readonly hashKey: (apiKey: string) => string;
  /** The read model's view of a user; undefined where it has none. */
  readonly findUser: (userId: string) => Promise<UserView | undefined>;
  /** Resolves when reads and `authenticate` show the event at `position`, or when waiting longer makes no sense. Never rejects. */
  readonly directoryVisible: (position: number) => Promise<void>;
  /** The same for the balance that requests are admitted against. */
  readonly balanceVisible: (position: number) => Promise<void>;
}
