import type { Priority } from '#contracts/routing.ts';
import type { Ticket } from '../domain/places/fair-queue.ts';
import { createPlaces, type PlaceLimits, type Places } from '../domain/places/places.ts';
import type { PlaceBounds } from '../open-accounts.ts';

/** Who waits for a place at a provider. */
export interface Entrant {
  readonly userId: string;
  readonly priority: Priority;
  readonly signal: AbortSignal;
}

/** Gives a place back, once. */
export type GiveBack = () => void;

/** The places of all providers. */
export interface Slots {
  /** null: there was none in time, too many wait, or `signal` aborted first. */
  take(provider: string, account: string, entrant: Entrant): GiveBack | Promise<GiveBack | null>;
  hasPlace(provider: string, account: string): boolean;
  /** A provider is there, has changed, or takes no calls any more (`null`). */
  resize(provider: string, bounds: PlaceBounds | null): void;
  inFlight(provider: string): number;
  waiting(provider: string): number;
}

/** Answers a request that waits: whether it has a place. */
type Answer = (hasPlace: boolean) => void;

interface ProviderPlaces {
  readonly places: Places<Answer>;
  waitMaxMs: number;
}

const closedLimits: PlaceLimits = { callsMax: 0, waitingMax: 0, accounts: new Map() };

export function createSlots(): Slots {
  const providers = new Map<string, ProviderPlaces>();

  function giveBackOf(provider: string, account: string): GiveBack {
    const { places } = placesOf(provider);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      for (const { item: answer } of places.release(account)) answer(true);
    };
  }

  function placesOf(provider: string): ProviderPlaces {
    const known = providers.get(provider);
    if (known !== undefined) return known;
    const fresh = { places: createPlaces<Answer>(closedLimits), waitMaxMs: 0 };
    providers.set(provider, fresh);
    return fresh;
  }

  function waitFor(provider: string, account: string, { userId, priority, signal }: Entrant): Promise<boolean> {
    const { places, waitMaxMs } = placesOf(provider);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const ticket: Ticket<Answer> = { userId, priority, item: resolve };
    const gaveWay = signal.aborted ? null : places.wait(account, ticket);
    if (gaveWay === null) return Promise.resolve(false);
    for (const { item: answer } of gaveWay) answer(false);
    const giveUp = (): void => {
      if (places.leave(account, ticket)) resolve(false);
    };
    const timer = setTimeout(giveUp, waitMaxMs);
    signal.addEventListener('abort', giveUp);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    });
  }

  return {
    take(provider, account, entrant) {
      if (placesOf(provider).places.take(account)) return giveBackOf(provider, account);
      return waitFor(provider, account, entrant).then((hasPlace) => (hasPlace ? giveBackOf(provider, account) : null));
    },
    hasPlace: (provider, account) => providers.get(provider)?.places.hasPlace(account) ?? false,
    resize(provider, bounds) {
      const own = placesOf(provider);
      own.waitMaxMs = bounds?.waitMaxMs ?? 0;
      const { served, dismissed } = own.places.resize(bounds?.limits ?? closedLimits);
      for (const { item: answer } of served) answer(true);
      for (const { item: answer } of dismissed) answer(false);
      if (bounds === null && own.places.inFlight() === 0) providers.delete(provider);
    },
    inFlight: (provider) => providers.get(provider)?.places.inFlight() ?? 0,
    waiting: (provider) => providers.get(provider)?.places.waiting() ?? 0,
  };
}
