/** Something was done, and can be taken back. */
export interface UndoOffer {
  readonly id: number;
  /** What was done: "Ada is suspended". */
  readonly told: string;
  /** Rejects where what was done was changed since. */
  readonly undo: () => Promise<unknown>;
}

/** More at once would cover the screen: the oldest gives way. */
const OFFERS_MAX = 3;

let offers: readonly UndoOffer[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly UndoOffer[]): void {
  offers = next;
  for (const listener of listeners) listener();
}

/** Tells what was done, and offers for some seconds to take it back. */
export function offerUndo(told: string, undo: () => Promise<unknown>): void {
  lastId += 1;
  set([...offers, { id: lastId, told, undo }].slice(-OFFERS_MAX));
}

export function withdrawOffer(id: number): void {
  set(offers.filter((offer) => offer.id !== id));
}

export function subscribeOffers(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function readOffers(): readonly UndoOffer[] {
  return offers;
}
