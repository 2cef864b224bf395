import { type AlertMessage, alertSummary } from '../../domain/alert/alert-message.ts';

/**
 * An alert as Slack's incoming webhooks take it (docs.slack.dev, "Sending messages using incoming webhooks"). `text` is what a
 * notification shows, the blocks are the message. Texts are `verbatim`: Slack makes no links or mentions of them.
 */
export function slackMessage(message: AlertMessage): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const summary = escaped(alertSummary(message));
  const { alertId, ruleId, raisedAtMs } = message;
  const context = escaped(`Rule ${ruleId} · ${new Date(raisedAtMs).toISOString()} · alert ${alertId}`);
  const body = JSON.stringify({
    text: summary,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: summary, verbatim: true } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: context, verbatim: true }] },
    ],
  });
  return { headers: { 'content-type': 'application/json' }, body };
}

/** The three characters that Slack reads as its own. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
