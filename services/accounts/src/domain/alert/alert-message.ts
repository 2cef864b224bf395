/** What a rule may watch. */
export const alertKinds = [
  'balance_low',
  'limit_used',
  'provider_down',
  'error_rate',
  'unusual_spend',
  'dead_letters',
] as const;

export type AlertKind = (typeof alertKinds)[number];

/** What an alert is about. */
export interface AlertSubject {
  /** user, team, organisation, limit, provider, key, consumer (of the log), or gateway (all requests). */
  readonly kind: string;
  readonly id: string;
  /** Of keys, teams and organisations; empty: it has none that an alert may tell. */
  readonly name: string;
}

/** An alert as people and receivers get it. It has ids in place of whatever is personal. */
export interface AlertMessage {
  readonly alertId: string;
  readonly ruleId: string;
  /** `test`: an administrator tries a channel. */
  readonly kind: AlertKind | 'test';
  readonly subject: AlertSubject;
  /** "80 %", "10.00 USD", ... */
  readonly threshold: string;
  /** What was measured, by name. */
  readonly facts: Readonly<Record<string, string>>;
  readonly raisedAtMs: number;
}

/** One line of a mail's subject: mail servers take 998 characters, people read some eighty. */
const SUMMARY_CHARS_MAX = 400;

/** The alert in one sentence, on one line. */
export function alertSummary(message: Omit<AlertMessage, 'alertId' | 'raisedAtMs'>): string {
  return sentenceOf(message)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, SUMMARY_CHARS_MAX);
}

function sentenceOf({ kind, ruleId, subject, threshold, facts }: Omit<AlertMessage, 'alertId' | 'raisedAtMs'>): string {
  const fact = (name: string): string => facts[name] ?? '?';
  switch (kind) {
    case 'balance_low':
      return `The balance of ${nameOf(subject)} is low: ${fact('left_usd')} USD are left, less than ${threshold}.`;
    case 'limit_used':
      return `${startOf(subject)} is used to ${threshold}: ${fact('used')} of ${fact('amount')} ${fact('unit')} a ${fact('period')}.`;
    case 'provider_down':
      return `${startOf(subject)} has been down for ${threshold} or longer${facts['reason'] ? `: ${facts['reason']}` : ''}.`;
    case 'error_rate':
      return `${fact('failed')} of ${fact('requests')} requests of ${nameOf(subject)} failed within ${fact('minutes')} minutes: ${threshold} or more.`;
    case 'unusual_spend':
      return `${startOf(subject)} spent ${fact('spent_usd')} USD within an hour; ${fact('mean_usd')} USD are usual.`;
    case 'dead_letters':
      return `${startOf(subject)} has been stuck for ${threshold} or longer: ${fact('letters')} events wait, the first at ${fact('position')}.`;
    case 'test':
      return `This is a test of the alert channel ${ruleId}: alerts arrive here.`;
  }
}

function nameOf({ kind, id, name }: AlertSubject): string {
  if (kind === 'gateway') return 'all clients';
  const title = kind === 'key' ? 'API key' : kind;
  return name === '' ? `${title} ${id}` : `${title} ${id} (${name})`;
}

function startOf(subject: AlertSubject): string {
  const name = nameOf(subject);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
