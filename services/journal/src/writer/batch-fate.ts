/** What is known of a batch while it is being committed. */
export interface BatchFate {
  /** Its authors have been told no: what has not been sent by now need not be written. */
  isGivenUp: boolean;
  /** It was sent, and the database has not said what became of it. */
  mayBeWritten: boolean;
}
