/** A server of one test's own, whichever source runs it. The test may stop, kill and freeze it, and start it again. */
export interface OwnServer {
  readonly host: string;
  readonly port: number;
  /** Resolves when the server takes connections. */
  start(): Promise<void>;
  /** Resolves when the server has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): Promise<void>;
}
