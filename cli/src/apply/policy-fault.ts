/** What is wrong with a policy file, and where. */
export interface PolicyFault {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}
