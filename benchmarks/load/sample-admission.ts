import { requestVersion, streams } from '#contracts/streams.ts';
import type { AppendRequest } from '#journal/journal.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import { admitted } from '#testkit/events.ts';

/** The most frequent kind of append: the admission of a new request, in a stream of its own. */
export function sampleAdmission(): AppendRequest {
  const requestId = newId();
  const nowMs = Date.now();
  return {
    stream: streams.request(requestId),
    expectedVersion: requestVersion.admitted - 1,
    correlationId: requestId,
    causationId: '',
    events: [
      {
        eventId: derivedId(requestId, 'admitted'),
        ...admitted({
          requestId,
          userId: '0198c0de-7a11-7000-8000-000000000001',
          keyId: '0198c0de-7a11-7000-8000-000000000002',
          candidates: [{ provider: 'openai', model: 'gpt-4o-mini', priceKey: 'openai/gpt-4o-mini', priceVersion: 1 }],
          holdNanoUsd: 14_763_600n,
          promptTokensBound: 80,
          outputTokensBound: 16_384,
          admittedAtMs: nowMs,
        }),
      },
    ],
  };
}
