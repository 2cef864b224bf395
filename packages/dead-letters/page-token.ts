import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** A place in a list of dead letters: they are ordered by consumer, then by position. */
export interface Place {
  readonly consumer: string;
  readonly position: number;
}

export function placeToken(place: Place | undefined): string {
  return place === undefined ? '' : `${place.position}:${place.consumer}`;
}

/** The place a token stands for; before everything for an empty one. Throws a `Fault` for what is no token. */
export function parsePlace(token: string): Place {
  if (token === '') return { consumer: '', position: 0 };
  const [, position, consumer] = /^(\d{1,15}):(.+)$/.exec(token) ?? [];
  if (position === undefined || consumer === undefined) {
    throw new Fault(invalid('The page token is not one that a list has given.', 'page_token'));
  }
  return { consumer, position: Number(position) };
}
