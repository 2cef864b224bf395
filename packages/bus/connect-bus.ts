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
  /** Answers the request. Does nothing if the request asks for no answer. */
  respond(data: Uint8Array | string): void;
}

export type BusAnswer = Pick<BusMessage, 'data'>;

/** The message bus. A request is answered now, or not at all. */
export interface Bus {
  /**
   * Resolves with the first answer. Rejects with a `BusFault`, or with a `Fault` (`body_too_large`) if the message can
   * never be sent.
   */
  request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<BusAnswer>;
  /** Calls the handler for every message of a subject. The handler answers with `respond` or stays silent. */
  respond(subject: string, handler: (message: BusMessage) => void): { close(): Promise<void> };
  isConnected(): boolean;
  /** Sends the pending answers, then closes. */
  close(): Promise<void>;
  /** The underlying connection, for JetStream. */
  readonly connection: NatsConnection;
}

export interface BusOptions extends BusServers {
  readonly logger: Logger;
  /** Aborts the wait for a server. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits for a server as long as it takes, and then reconnects for ever. Rejects if `signal` aborts. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { logger } = options;
  const connection = await firstConnection(options);
  const requests = createUnansweredRequests(connection);
  let isConnected = true;
  /** Resolves when the current connection breaks. */
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
   * Waits until the server has taken everything sent before, or the connection breaks. The client library would wait
   * for the next connection, for ever if the server's name is gone.
   */
  async function whileConnected(drain: () => Promise<void>): Promise<void> {
    if (isConnected) await Promise.race([drain().catch(() => undefined), broken.promise]);
  }

  return {
    connection,
    isConnected: () => isConnected,
    async request(subject, data, timeoutMs) {
      // Otherwise the library would send the message after a reconnect, long after the caller has gone.
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

/** If the answer cannot be sent, the caller gets nothing and asks again. A repeat is safe. */
function send(message: Msg, data: Uint8Array | string, logger: Logger): void {
  try {
    message.respond(data);
  } catch (error) {
    logger.error({ err: error, subject: message.subject }, 'an answer could not be sent');
  }
}
