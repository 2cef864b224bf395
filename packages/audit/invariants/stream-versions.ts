import { homeStream } from '#contracts/home-stream.ts';
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
