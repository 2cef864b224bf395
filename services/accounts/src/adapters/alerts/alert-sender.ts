import { alertSecretOf } from '#master-key/master-key.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { notSent, type Sent } from '../../domain/alert/sent.ts';
import { addressesIn } from '../../domain/resource/kinds/alert-channel.ts';
import type { SendAlert } from '../../ports.ts';
import type { OutwardPost } from './outward-post.ts';
import type { SendEmail } from './send-email.ts';
import { slackMessage } from './slack-message.ts';
import { webhookMessage } from './webhook-message.ts';

type Channel = ResourceOf<'alertChannel'>;

/** Sends an alert through a channel of any kind, once. */
export function createAlertSender(parts: {
  readonly outward: OutwardPost;
  /** undefined: no mail server is set. */
  readonly sendEmail: SendEmail | undefined;
  /** What was sealed; undefined: it does not open here. */
  readonly open: (sealed: string, boundTo: string) => string | undefined;
  readonly clock: () => number;
}): SendAlert {
  const { outward, sendEmail, open, clock } = parts;
  const secretOf = ({ id }: Channel, field: string, sealed: string): string | undefined =>
    open(sealed, alertSecretOf(id, field));

  return async (channel, message): Promise<Sent> => {
    switch (channel.kind) {
      case 'webhook': {
        const secret = secretOf(channel, 'signing_secret', channel.sealedSigningSecret);
        if (secret === undefined) return unopened('signing_secret');
        return outward.post(channel.url, webhookMessage(message, secret, clock()));
      }
      case 'slack': {
        const url = secretOf(channel, 'slack_url', channel.sealedSlackUrl);
        return url === undefined ? unopened('slack_url') : outward.post(url, slackMessage(message));
      }
      case 'email': {
        if (sendEmail === undefined) {
          return notSent('this gateway has no mail server: set GATEWAY_SMTP_URL and GATEWAY_SMTP_FROM', {
            isFinal: false,
          });
        }
        const addresses = secretOf(channel, 'addresses', channel.sealedAddresses);
        if (addresses === undefined) return unopened('addresses');
        return sendEmail(addressesIn(addresses), message, `${message.alertId}.${channel.id}`);
      }
      default:
        return notSent(`this version knows no channels of the kind ${channel.kind}`, { isFinal: false });
    }
  };
}

/** With the key that it was sealed under it opens again. */
function unopened(field: string): Sent {
  return notSent(`${field} does not open under GATEWAY_MASTER_KEY`, { isFinal: false });
}
