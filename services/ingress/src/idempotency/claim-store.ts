/** The right to execute what was asked under an `Idempotency-Key`, and to keep its answer. */
export interface Claim {
  /** Of the key and its scope. */
  readonly keyHash: Buffer;
  /** The same for every try. */
  readonly salt: Buffer;
  /** This try; nothing is written for one that was taken over. */
  readonly attempt: string;
  /** The request it is executed under: its `x-request-id`, and its stream in the log. */
  readonly requestId: string;
  /** How long its answer is kept; absent: a day. */
  readonly keptS?: number | undefined;
}

/** What came of asking for a key. */
export type Taken =
  /** Nobody had it. */
  | { readonly kind: 'new'; readonly claim: Claim }
  /** It belongs to a request with another body. */
  | { readonly kind: 'other-body' }
  /** It is being executed, by a process that lives. */
  | { readonly kind: 'running' }
  /**
   * Whoever executed it has not been heard of for a while, and is shut out from now on: `claim` is this caller's, under
   * the request id of the try before, whose fate the log knows. To be followed by `rerun` or `giveBack`.
   */
  | { readonly kind: 'orphaned'; readonly claim: Claim; readonly earlierAttempt: string }
  /** It was executed; the answer is kept. */
  | { readonly kind: 'kept'; readonly claim: Claim }
  /** It was executed, and its answer cannot be had any more. */
  | { readonly kind: 'unkept'; readonly claim: Claim };

/** A piece of an answer, by its place, as it may be stored. */
export interface SealedPiece {
  readonly seq: number;
  readonly sealed: Buffer;
}

/**
 * Claims and answers, kept durably for `CLAIM_TTL_S`, or for as long as the claim says. A claim that this process took is renewed by itself until it is
 * kept, left, released or given back. Rejects, within seconds, where the database cannot be reached; every call may be
 * repeated.
 */
export interface ClaimStore {
  /** Of any number of callers at once one is told `new` (or `orphaned`). */
  take(asked: {
    readonly keyHash: Buffer;
    readonly bodyHash: Buffer;
    readonly requestId: string;
    readonly keptS?: number | undefined;
  }): Promise<Taken>;
  /** Begins another try under a request id of its own; undefined where the claim was taken over meanwhile. */
  rerun(claim: Claim, requestId: string): Promise<Claim | undefined>;
  /** Leaves an orphan as it was: another may look at it. */
  giveBack(claim: Claim, earlierAttempt: string): Promise<void>;
  /** Whether the claim is still this caller's; renews it. */
  isMine(claim: Claim): Promise<boolean>;
  addPiece(claim: Claim, piece: SealedPiece): Promise<boolean>;
  /** Adds the last pieces and says that the answer is whole. False: the claim was taken over. */
  keep(claim: Claim, last: readonly SealedPiece[]): Promise<boolean>;
  /** It was executed; its answer is thrown away. */
  leaveUnkept(claim: Claim): Promise<void>;
  /** It was not executed, or cost nothing: the key is free. */
  release(claim: Claim): Promise<void>;
  /** What became of it is not known here: whoever asks next finds out. */
  orphan(claim: Claim): Promise<void>;
  readPiece(claim: Claim, seq: number): Promise<Buffer | undefined>;
  /** Someone waits for the answer under a key, from now on for some seconds: `finish` leaves it until then. */
  awaitEnd(keyHash: Buffer): Promise<void>;
  isAwaited(claim: Claim): Promise<boolean>;
  /** Its answer is needed no longer: the key is free, once nobody waits for it. Does nothing while it is being executed. */
  finish(claim: Claim): Promise<void>;
}
