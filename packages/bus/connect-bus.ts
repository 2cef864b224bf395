import { setTimeout as pause } from 'node:timers/promises';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '#telemetry/logger.ts';
import { BusFault } from './bus-fault.ts';
import { type BusServers, connectOnce } from './connect-once.ts';
import { createUnansweredRequests } from './unanswered-requests.ts';

/** Between two tries for the first connection. */
const FIRST_TRIES_WAIT_MS = 200;

export interface BusMessage {
  readonly data: Uint8Array;
  /** Answers the request. Does nothing where no answer is asked for. */
  respond(data: Uint8Array | string): void;
}

export type BusAnswer = Pick<BusMessage, 'data'>;

/** The message bus: requests that somebody answers now, or nobody. */
export interface Bus {
  /**
   * Resolves with the first answer. Rejects with a `BusFault`, or with a `Fault` (`body_too_large`) where the message can
   * never be sent.
   */
  request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<BusAnswer>;
  /** Calls the handler for every message of a subject, which answers with `respond` or stays silent. */
  respond(subject: string, handler: (message: BusMessage) => void): { close(): Promise<void> };
  isConnected(): boolean;
  /** Sends what was answered, then closes. */
  close(): Promise<void>;
  /** For what JetStream needs. */
  readonly connection: NatsConnection;
}

export interface BusOptions extends BusServers {
  readonly logger: Logger;
  /** Ends the wait for a server. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits for a server as long as it takes; rejects where `signal` aborts. From then on it reconnects for ever. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { logger } = options;
  const connection = await firstConnection(options);
  const requests = createUnansweredRequests(connection);
  let isConnected = true;
  /** Resolves when the connection there is breaks. */
  let broken = Promise.withResolvers<void>();
  logger.info({ server: connection.getServer() }, 'the bus is connected');
  void watch();

  async function watch(): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        isConnected = false;
        broken.resolve();
        requests.failAll('disconnected');
        logger.warn({ server: status.server }, 'the bus is away; connecting anew');
      } else if (status.type === 'reconnect') {
        isConnected = true;
        broken = Promise.withResolvers();
        logger.info({ server: status.server }, 'the bus is back');
      } else if (status.type === 'error') {
        logger.error({ err: status.error }, 'the bus reports an error');
      }
    }
    isConnected = false;
    broken.resolve();
    requests.failAll('disconnected');
  }

  /**
   * Waits until the server has taken what was sent before, and no longer than the connection stands: the client library
   * would wait for the next one, for ever where the server's name is gone.
   */
  async function whileConnected(drain: () => Promise<void>): Promise<void> {
    if (isConnected) await Promise.race([drain().catch(() => undefined), broken.promise]);
  }

  return {
    connection,
    isConnected: () => isConnected,
    async request(subject, data, timeoutMs) {
      // Else it would be sent once there is a connection again, long after whoever asked has gone.
      if (!isConnected) throw new BusFault('disconnected', subject);
      return requests.ask(subject, data, timeoutMs);
    },
    respond(subject, handler) {
      const subscription = connection.subscribe(subject, {
        callback(error, message) {
          if (error === null) handler(messageOf(message, logger));
          else logger.error({ err: error, subject }, 'a subject of the bus cannot be served');
        },
      });
      return {
        async close() {
          await whileConnected(() => subscription.drain());
          subscription.unsubscribe();
        },
      };
    },
    async close() {
      await whileConnected(() => connection.drain());
      await connection.close();
    },
  };
}

async function firstConnection(options: BusOptions): Promise<NatsConnection> {
  const { servers, logger, signal } = options;
  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    try {
      return await connectOnce(options);
    } catch (error) {
      if (failures === 0) logger.warn({ err: error, servers }, 'waiting for the bus');
      await pause(FIRST_TRIES_WAIT_MS, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function messageOf(message: Msg, logger: Logger): BusMessage {
  return {
    data: message.data,
    respond: (data) => send(message, data, logger),
  };
}

/** Where it fails whoever asked gets nothing, and asks again: what was done for them is done. */
function send(message: Msg, data: Uint8Array | string, logger: Logger): void {
  try {
    message.respond(data);
  } catch (error) {
    logger.error({ err: error, subject: message.subject }, 'an answer could not be sent');
  }
}
