import type { Bus } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { admitRequestToWire, admitResponseFromWire } from '#contracts/admit-wire.ts';
import { type AdmitRequest, type AdmitResponse, ASKED_FOR_MS } from '#contracts/quota.ts';

/** An admission takes milliseconds; one that waits for a takeover of the log is asked for again and told the same. */
const TRY_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

const decoder = new TextDecoder();

/**
 * Asks for admission, again under the same id while nobody answers. Quota answers what is durable, or a refusal. Rejects
 * with a `Fault` (`unavailable`) where nobody answers in time.
 */
export async function askAdmission(
  bus: Pick<Bus, 'request'>,
  subject: string,
  request: AdmitRequest,
): Promise<AdmitResponse> {
  let response: AdmitResponse | undefined;
  await persistentRequest(bus, subject, admitRequestToWire(request), {
    budgetMs: ASKED_FOR_MS,
    tryTimeoutMs: TRY_TIMEOUT_MS,
    pauseMs: PAUSE_MS,
    isPassing({ data }) {
      response = admitResponseFromWire(decoder.decode(data));
      // Another try may better it, as that of a leader about to give way.
      return response.result.kind === 'refused' && response.result.refusal.code === 'unavailable';
    },
  });
  if (response === undefined) throw new Error('an admission was answered with nothing');
  return response;
}
