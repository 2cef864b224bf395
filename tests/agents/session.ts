/** Where an agent works. */
export interface Desk {
  readonly url: string;
  readonly apiKey: string;
  readonly model: string;
  readonly stream: boolean;
  /** The session's id, as its headers say it. */
  readonly sessionId: string;
}

/** A session of an agent: its requests one after the other, each with what it has read of the answers before. Throws for an answer that it could not go on from. */
export type AgentSession = (desk: Desk) => Promise<void>;

/** A picture of one pixel, as agents read pictures. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
