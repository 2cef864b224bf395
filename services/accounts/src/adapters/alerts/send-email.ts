import nodemailer from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport';
import { timeText } from '#kernel/time-text.ts';
import { type AlertMessage, alertSummary } from '../../domain/alert/alert-message.ts';
import { notSent, type Sent } from '../../domain/alert/sent.ts';

/** Of each step: to look up and connect, to be greeted, and of silence within the conversation. */
const STEP_TIMEOUT_MS = 15_000;

/** A server keeps its port for senders of mail (RFC 8314). */
const SUBMISSION_PORT = 587;
const SUBMISSIONS_PORT = 465;

/** Replies that say "never like this": the mailbox, the message or the sender is refused (RFC 5321, section 4.2.3). */
const isFinalReply = (code: number): boolean => code >= 550 && code <= 559;

/** The server that takes the gateway's mail. */
export interface MailServer {
  /** `smtp://user:password@host:587` (TLS by STARTTLS) or `smtps://host:465` (TLS from the beginning). */
  readonly url: string;
  /** The sender's address. */
  readonly from: string;
}

/** Sends alerts as plain text. Never rejects. */
export type SendEmail = (to: readonly string[], message: AlertMessage, messageId: string) => Promise<Sent>;

export function createSendEmail({ url, from }: MailServer): SendEmail {
  const options = optionsOf(new URL(url));
  return async (to, message, messageId) => {
    const transport = nodemailer.createTransport(options);
    try {
      const { response, rejected } = await transport.sendMail({
        from: { name: '', address: from },
        // As objects they are addresses and nothing else: nothing in them is read as syntax.
        to: to.map((address) => ({ name: '', address })),
        subject: alertSummary(message),
        text: textOf(message),
        messageId: `<${messageId}@${from.slice(from.lastIndexOf('@') + 1)}>`,
        headers: { 'auto-submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const status = Number.parseInt(response, 10) || 0;
      const said =
        rejected.length === 0 ? response : `${response} (${rejected.length} of ${to.length} addresses refused)`;
      return { isDelivered: true, status, reason: '', said, isFinal: true, retryAfterMs: 0 };
    } catch (thrown) {
      return failureOf(thrown);
    } finally {
      transport.close();
    }
  };
}

function optionsOf(url: URL): SMTPTransport.Options {
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (secure ? SUBMISSIONS_PORT : SUBMISSION_PORT),
    secure,
    // A password is never sent where others can read it. Without one, TLS is taken where the server offers it.
    requireTLS: user !== '',
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
  };
}

function textOf(message: AlertMessage): string {
  const { alertId, ruleId, kind, threshold, facts, raisedAtMs } = message;
  const lines = [
    alertSummary(message),
    '',
    `Rule: ${ruleId}`,
    `Watches: ${kind}`,
    ...(threshold === '' ? [] : [`Threshold: ${threshold}`]),
    ...Object.entries(facts).map(([name, value]) => `${name}: ${value}`),
    `Raised at: ${timeText(raisedAtMs)}`,
    `Alert: ${alertId}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What the server said may have an address in it: the log gets the code alone. */
function failureOf(thrown: unknown): Sent {
  const {
    code = '',
    responseCode = 0,
    response = '',
    message = '',
  } = thrown as {
    readonly code?: string;
    readonly responseCode?: number;
    readonly response?: string;
    readonly message?: string;
  };
  const said = (response === '' ? message : response).replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 500);
  const reason = [
    'the mail server failed',
    ...(code === '' ? [] : [code]),
    ...(responseCode === 0 ? [] : [String(responseCode)]),
  ].join(': ');
  return { ...notSent(reason, { isFinal: isFinalReply(responseCode) }), status: responseCode, said };
}
