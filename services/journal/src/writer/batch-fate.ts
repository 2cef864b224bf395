/** What is known about a batch while it is being committed. */
export interface BatchFate {
  /** Its authors have got a refusal, so an unsent batch need not be written. */
  isGivenUp: boolean;
  /** It was sent, and the database has not reported the outcome. */
  mayBeWritten: boolean;
}
