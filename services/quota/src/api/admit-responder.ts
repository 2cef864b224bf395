import type { Bus, BusMessage } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitRequestFromWire, admitResponseToWire } from '#contracts/admit-wire.ts';
import type { AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { faultFrom } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';

/**
 * Answers admissions on the bus. Silent while this process does not hold the lease: its successor answers, and a no of
 * one who was stopped and woke up would be made from an old balance.
 */
export function startAdmitResponder(dependencies: {
  readonly bus: Bus;
  readonly part: number;
  readonly admit: QuotaPort['admit'];
  readonly isLeading: () => boolean;
  /** Of the term this process leads in. */
  readonly epoch: number;
  /** The log's writer is in this process and tells nobody: an admission is answered here alone, when it is durable. */
  readonly isWriterHere?: boolean;
  readonly logger: Logger;
}): { close(): Promise<void> } {
  const { bus, part, admit, isLeading, epoch, isWriterHere = false, logger } = dependencies;
  const decoder = new TextDecoder();
  /** Answers on their way: the lease is given back after them. */
  const underWay = new Set<Promise<void>>();

  async function answer(message: BusMessage): Promise<void> {
    const response = await responseTo(message);
    if (response !== undefined && isLeading()) message.respond(admitResponseToWire(response));
  }

  /**
   * What is certain. An admission on its way into the log is said early; where its asker is told by the log's writer that
   * it is durable there is nothing more to say (undefined).
   */
  async function responseTo(message: BusMessage): Promise<AdmitResponse | undefined> {
    try {
      const asked = admitRequestFromWire(decoder.decode(message.data));
      const request = isWriterHere ? { ...asked, noticeTo: undefined } : asked;
      const response = await admit(request);
      const { result } = response;
      if (result.kind === 'refused' || result.durable === null) return response;
      if (isLeading()) message.sayEarly(admitResponseToWire({ ...response, term: epoch }));
      await result.durable;
      return request.noticeTo === undefined ? response : undefined;
    } catch (thrown) {
      const { refusal, code } = faultFrom(thrown);
      if (code === 'internal_error' || code === 'invalid_request') logger.error({ err: thrown }, 'an admission failed');
      return { result: { kind: 'refused', refusal }, window: null };
    }
  }

  const responder = bus.respond(quotaAdmit(part), (message) => {
    if (!isLeading()) return;
    const done: Promise<void> = answer(message).finally(() => underWay.delete(done));
    underWay.add(done);
  });
  return {
    async close() {
      await responder.close();
      await Promise.all(underWay);
    },
  };
}
