/** A turn of a conversation over /v1/responses: what the client sent, and what it got. */
export interface StoredResponse {
  readonly id: string;
  /** Whose it is: nobody else's request finds it. */
  readonly userId: string;
  /** The response that this one goes on from; null: none. */
  readonly previousId: string | null;
  /** The items that the client sent with this turn, each as JSON. */
  readonly input: readonly string[];
  /** The response as it was answered: JSON. */
  readonly response: string;
}

export interface ConversationBounds {
  readonly turnsMax: number;
  readonly bytesMax: number;
  /** Makes room for so many bytes before they are read. What it rejects with ends the reading. */
  readonly room: (bytes: number) => Promise<void>;
}

/** Keeps responses until they expire. Rejects, within seconds, where the database cannot be reached. */
export interface ResponseStore {
  /** A repeat changes nothing. */
  keep(response: StoredResponse, days: number): Promise<void>;
  /** Is told of each response that is whole, stored or not, before its client is. Absent: nobody remembers it. */
  remember?(response: StoredResponse): void;
  read(userId: string, id: string): Promise<StoredResponse | undefined>;
  /**
   * The conversation that ends with the response, from its first turn on. `missing`: the response or one before it is not
   * there any more. `too-long`: there are more turns than `turnsMax`, or more bytes than `bytesMax`.
   */
  conversation(
    userId: string,
    id: string,
    bounds: ConversationBounds,
  ): Promise<readonly StoredResponse[] | 'missing' | 'too-long'>;
  /** Whether it was there. */
  remove(userId: string, id: string): Promise<boolean>;
  /** All of a user's: of one that was deleted. */
  removeAllOf(userId: string): Promise<void>;
}
