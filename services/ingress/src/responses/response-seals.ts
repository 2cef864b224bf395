import type { StoredResponse } from './response-store.ts';
import { createSeals, type Sealed } from './seals.ts';

/** Seals what a client sent and got. */
export interface ResponseSeals {
  seal(response: StoredResponse): Sealed;
  /** Throws where the row was changed, or moved to another user or id. */
  open(place: Pick<StoredResponse, 'userId' | 'id' | 'previousId'>, sealed: Sealed): StoredResponse;
}

/** `keyPepper`: hex. */
export function createResponseSeals(keyPepper: string): ResponseSeals {
  const seals = createSeals(keyPepper, 'stored responses');
  return {
    seal: (response) => seals.seal(placeOf(response), JSON.stringify([response.input, response.response])),
    open(place, sealed) {
      const [input, response] = JSON.parse(seals.open(placeOf(place), sealed)) as [readonly string[], string];
      return { userId: place.userId, id: place.id, previousId: place.previousId, input, response };
    },
  };
}

function placeOf({ userId, id, previousId }: Pick<StoredResponse, 'userId' | 'id' | 'previousId'>): readonly unknown[] {
  return [userId, id, previousId];
}
