import { createInbox, InvalidArgumentError, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { Fault } from '#errors/fault.ts';
import { BusFault, type BusFaultKind } from './bus-fault.ts';

/** The status that a server sends instead of an answer if nobody listens. */
const NO_RESPONDERS = 503;

/** The header of early messages from the previous version. They are no answers. */
const EARLY = 'Gateway-Early';

interface UnansweredRequest {
  readonly subject: string;
  readonly resolve: (answer: Msg) => void;
  readonly reject: (fault: BusFault | Fault) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The requests under way on a connection. The last word of the subject tells their answers apart. The connection's own
 * `request` builds two errors with their stacks for every request that succeeds. Without them, a request costs half the
 * CPU time and a quarter less time (benchmarks/README.md).
 */
export interface UnansweredRequests {
  /**
   * Resolves with the first answer. Rejects with a `BusFault`, or with a `Fault` (`body_too_large`) if the message can
   * never be sent.
   */
  ask(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<Msg>;
  /** Rejects all requests because the connection broke: they may have been heard, and their answers will not come. */
  failAll(kind: BusFaultKind): void;
}

export function createUnansweredRequests(connection: NatsConnection): UnansweredRequests {
  const inbox = createInbox();
  const open = new Map<string, UnansweredRequest>();
  let lastNumber = 0;

  connection.subscribe(`${inbox}.*`, {
    callback(error, answer) {
      if (error === null) settle(answer.subject.slice(inbox.length + 1), answer);
    },
  });

  function settle(number: string, answer: Msg): void {
    if (answer.headers?.has(EARLY) === true) return;
    const request = takeOut(number);
    // A second answer, or an answer that comes too late.
    if (request === undefined) return;
    if (answer.headers?.code === NO_RESPONDERS) request.reject(new BusFault('no-responders', request.subject));
    else request.resolve(answer);
  }

  function takeOut(number: string): UnansweredRequest | undefined {
    const request = open.get(number);
    if (request === undefined) return undefined;
    open.delete(number);
    clearTimeout(request.timer);
    return request;
  }

  return {
    ask(subject, data, timeoutMs) {
      lastNumber += 1;
      const number = String(lastNumber);
      return new Promise<Msg>((resolve, reject) => {
        const timer = setTimeout(() => takeOut(number)?.reject(new BusFault('timeout', subject)), timeoutMs);
        open.set(number, { subject, resolve, reject, timer });
        try {
          connection.publish(subject, data, { reply: `${inbox}.${number}` });
        } catch (error) {
          takeOut(number);
          reject(publishFault(subject, error));
        }
      });
    },
    failAll(kind) {
      for (const number of [...open.keys()]) {
        const request = takeOut(number);
        request?.reject(new BusFault(kind, request.subject));
      }
    },
  };
}

/** The client library rejects a message only for its size. Every other error is the connection's. */
function publishFault(subject: string, cause: unknown): BusFault | Fault {
  if (!(cause instanceof InvalidArgumentError)) return new BusFault('disconnected', subject, { cause });
  return new Fault({ code: 'body_too_large', message: 'A message is larger than the bus takes.' }, { cause });
}
