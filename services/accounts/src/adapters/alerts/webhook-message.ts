import { createHmac } from 'node:crypto';
import { type AlertMessage, alertSummary } from '../../domain/alert/alert-message.ts';

const SECRET_PREFIX = 'whsec_';

/**
 * An alert as a webhook gets it: headers and payload of Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md). The id stays the same with every attempt, so a receiver can tell a repeat; the time is the attempt's.
 */
export function webhookMessage(
  message: AlertMessage,
  secret: string,
  nowMs: number,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const { alertId, ruleId, kind, subject, threshold, facts, raisedAtMs } = message;
  const body = JSON.stringify({
    type: kind === 'test' ? 'alert.test' : 'alert.raised',
    timestamp: new Date(raisedAtMs).toISOString(),
    data: { id: alertId, rule: ruleId, kind, subject, threshold, facts, summary: alertSummary(message) },
  });
  const timestamp = String(Math.floor(nowMs / 1_000));
  const headers = {
    'content-type': 'application/json',
    'webhook-id': alertId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature(secret, `${alertId}.${timestamp}.${body}`)}`,
  };
  return { headers, body };
}

function signature(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}
