import type { EventBodies } from '#contracts/events.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import { derivedId } from '#kernel/ids.ts';
import type { Registry } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AlertMessage } from '../../domain/alert/alert-message.ts';
import { nextAttempt } from '../../domain/alert/next-attempt.ts';
import { notSent, type Sent } from '../../domain/alert/sent.ts';
import type { AlertDeliveries, SendAlert } from '../../ports.ts';
import { appendToAlert } from './append-to-alert.ts';

/** Of one channel one message is on its way at a time, of all channels so many: each may wait 20 s for an answer. */
const SENT_AT_ONCE_MAX = 16;
/** What came of an attempt is written again after so long where the log did not take it. */
const WRITE_AGAIN_MS = 1_000;

type Outcome = NewEvent<'AlertDelivered'> | NewEvent<'AlertDeliveryFailed'>;

/** An alert on its way to one channel. */
interface Delivery {
  readonly alert: EventBodies['AlertRaised'];
  readonly channelId: string;
  readonly askedAtMs: number;
  attempts: number;
  reason: string;
  nextAttemptAtMs: number;
  /** It is over, and the log does not have that yet. */
  outcome: Outcome | undefined;
}

export interface DeliverAlertsParts {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  readonly registry: Pick<Registry, 'get'>;
  readonly sendAlert: SendAlert;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly isLeading: () => boolean;
  /** Counts what came to its end. */
  readonly onOutcome: (outcome: 'delivered' | 'failed') => void;
}

/**
 * Sends alerts to their channels, beside the log: each until a receiver took it or nextAttempt gives it up, and the outcome is an
 * event. Between a receiver's answer and that event a crash makes the next start send it again, under the same id: at least once.
 */
export function createDeliverAlerts(parts: DeliverAlertsParts): AlertDeliveries {
  const { clock, isLeading } = parts;
  const waiting = new Map<string, Delivery>();
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function look(): void {
    clearTimeout(timer);
    if (isStopped || !isLeading()) return;
    const nowMs = clock();
    const due = [...waiting.values()].sort((one, other) => one.nextAttemptAtMs - other.nextAttemptAtMs);
    for (const delivery of due) {
      if (delivery.nextAttemptAtMs > nowMs || busy.size >= SENT_AT_ONCE_MAX) break;
      if (!busy.has(delivery.channelId)) start(delivery);
    }
    const next = due.find(({ channelId, nextAttemptAtMs }) => !busy.has(channelId) && nextAttemptAtMs > nowMs);
    if (next !== undefined) timer = setTimeout(look, next.nextAttemptAtMs - nowMs);
  }

  function start(delivery: Delivery): void {
    busy.add(delivery.channelId);
    const work = attempt(parts, delivery).then((isOver) => {
      if (isOver) waiting.delete(keyOf(delivery.alert.alertId, delivery.channelId));
      busy.delete(delivery.channelId);
      running.delete(work);
      look();
    });
    running.add(work);
  }

  return {
    send(alert, channelIds, askedAtMs) {
      for (const channelId of channelIds) {
        const key = keyOf(alert.alertId, channelId);
        if (waiting.has(key)) continue;
        const fresh = { attempts: 0, reason: '', nextAttemptAtMs: 0, outcome: undefined };
        waiting.set(key, { alert, channelId, askedAtMs, ...fresh });
      }
      look();
    },
    pendingAttempts(alertId, channelId) {
      const delivery = waiting.get(keyOf(alertId, channelId));
      if (delivery === undefined) return undefined;
      const { attempts, reason, nextAttemptAtMs } = delivery;
      return { attempts, reason, nextAttemptAtMs };
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await Promise.all(running);
    },
  };
}

function keyOf(alertId: string, channelId: string): string {
  return `${alertId} ${channelId}`;
}

/** One attempt, or once more to write what came of the last one. Resolves with whether nothing is left to do. Never rejects. */
async function attempt(parts: DeliverAlertsParts, delivery: Delivery): Promise<boolean> {
  const { clock, logger, onOutcome } = parts;
  const { alertId } = delivery.alert;
  try {
    delivery.outcome ??= await send(parts, delivery);
    const { outcome } = delivery;
    if (outcome === undefined) return false;
    await appendToAlert(parts.journal, outcome);
    onOutcome(outcome.type === 'AlertDelivered' ? 'delivered' : 'failed');
    return true;
  } catch (err) {
    logger.warn({ err, alertId, channelId: delivery.channelId }, 'what came of an alert could not be written');
    delivery.nextAttemptAtMs = clock() + WRITE_AGAIN_MS;
    return false;
  }
}

/** Sends it; resolves with the event where that ends the delivery. */
async function send(parts: DeliverAlertsParts, delivery: Delivery): Promise<Outcome | undefined> {
  const { clock, random, logger } = parts;
  const { alert, channelId, askedAtMs } = delivery;
  const sent = await sentBy(parts, alert, channelId);
  delivery.attempts += 1;
  delivery.reason = sent.reason;
  const { attempts, reason } = delivery;
  const nowMs = clock();
  const eventId = derivedId(`${alert.alertId}/${channelId}/${askedAtMs}`, 'alert-delivery');
  const data = { alertId: alert.alertId, channelId, attempts };
  if (sent.isDelivered) return { eventId, type: 'AlertDelivered', data: { ...data, deliveredAtMs: String(nowMs) } };
  const next = nextAttempt(sent, { attempts, askedAtMs, nowMs, random: random() });
  logger.warn({ alertId: alert.alertId, channelId, attempts, reason, next: next.type }, 'an alert was not delivered');
  if (next.type === 'given-up') {
    return { eventId, type: 'AlertDeliveryFailed', data: { ...data, reason, failedAtMs: String(nowMs) } };
  }
  delivery.nextAttemptAtMs = next.atMs;
  return undefined;
}

/** Through the channel as it is now: what an administrator repairs holds for the next attempt. */
async function sentBy(
  { registry, sendAlert }: DeliverAlertsParts,
  alert: EventBodies['AlertRaised'],
  channelId: string,
) {
  const channel = registry.get('alertChannel', channelId);
  if (channel === undefined) return notSent('the channel is no more', { isFinal: true });
  if (channel.status !== 'active') return notSent('the channel is disabled', { isFinal: true });
  return sendAlert(channel, messageOf(alert)).catch((): Sent => notSent('it could not be sent', { isFinal: false }));
}

function messageOf(alert: EventBodies['AlertRaised']): AlertMessage {
  const { alertId, ruleId, threshold, facts, raisedAtMs, subjectKind, subjectId, subjectName } = alert;
  const subject = { kind: subjectKind, id: subjectId, name: subjectName };
  return {
    alertId,
    ruleId,
    kind: alert.kind as AlertMessage['kind'],
    subject,
    threshold,
    facts,
    raisedAtMs: Number(raisedAtMs),
  };
}
