/** What else a refusal says, where its format has a place for it. */
export interface ProblemDetails {
  /** The field that is wrong, as the client wrote it. */
  readonly param?: string;
  readonly code?: string;
}

/** A request that can't be answered as asked: the HTTP status, and a message that says what to change. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(status: number, message: string, details: ProblemDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}
