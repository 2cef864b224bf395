import { streams } from '#contracts/streams.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Invariant, violationAt } from '../invariant.ts';

/**
 * Versions decide a race within a stream. They must therefore count without a gap, and an event must be in the stream
 * where its rivals are looked for. The rule keeps a number for each stream of the log, about 150 bytes each.
 */
export const streamVersions: Invariant = {
  id: 'I4',
  title: 'the versions of each stream run 1..n, each event in the stream of its subject',
  start: (tally) => {
    const versions = new Map<string, number>();
    return {
      onStored: (event) => {
        tally.count();
        const expected = (versions.get(event.stream) ?? 0) + 1;
        if (event.version !== expected) {
          tally.violate(violationAt(event, `version ${expected}`, `version ${event.version}`));
        }
        versions.set(event.stream, event.version);
      },
      onEvent: (event) => {
        const home = homeStream(event);
        if (event.stream !== home) tally.violate(violationAt(event, `stream ${home}`, `stream ${event.stream}`));
      },
    };
  },
};

function homeStream(event: RecordedEvent): string {
  switch (event.type) {
    case 'UserCreated':
    case 'BalanceCredited':
      return streams.user(event.data.userId);
    case 'ApiKeyCreated':
    case 'ApiKeyRevoked':
      return streams.key(event.data.keyId);
    case 'PricePublished':
      return streams.price(event.data.priceKey);
    case 'TermBegan':
      return streams.term(event.data.service);
    case 'RequestAdmitted':
    case 'AdmissionWithdrawn':
    case 'UsageRecorded':
    case 'HoldExpired':
    case 'ChargePosted':
      return streams.request(event.data.requestId);
  }
}
