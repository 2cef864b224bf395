import type { Bus, BusMessage } from '#bus/connect-bus.ts';
import { quotaAdmit } from '#bus/subjects.ts';
import { admitRequestFromWire, admitResponseToWire } from '#clients/quota/admit-wire.ts';
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
  readonly logger: Logger;
}): { close(): Promise<void> } {
  const { bus, part, admit, isLeading, logger } = dependencies;
  const decoder = new TextDecoder();
  /** Answers on their way: the lease is given back after them. */
  const underWay = new Set<Promise<void>>();

  async function answer(message: BusMessage): Promise<void> {
    const response = await responseTo(message);
    if (isLeading()) message.respond(admitResponseToWire(response));
  }

  /** What is certain: durable, or refused. */
  async function responseTo(message: BusMessage): Promise<AdmitResponse> {
    try {
      const response = await admit(admitRequestFromWire(decoder.decode(message.data)));
      if (response.result.kind === 'admitted') await response.result.durable;
      return response;
    } catch (thrown) {
      const { refusal, code } = faultFrom(thrown);
      if (code === 'internal_error' || code === 'invalid_request') logger.error({ err: thrown }, 'an admission failed');
      return { result: { kind: 'refused', refusal }, windows: [] };
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
