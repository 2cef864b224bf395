import type { EventBodies } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import { derivedId } from '#kernel/ids.ts';
import type { Registry } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import { type AlertBook, aboutOf, evolveBook } from '../../domain/alert/alert-book.ts';
import type { AlertKind } from '../../domain/alert/alert-message.ts';
import { type AlertDecision, decideAlerts } from '../../domain/alert/decide-alerts.ts';
import type { RuleReadings } from '../../domain/alert/reading.ts';
import type { Rule } from '../../domain/alert/readings/rule.ts';
import type { AlertDeliveries, AlertTables, Neighbours } from '../../ports.ts';
import { appendToAlert } from './append-to-alert.ts';
import type { Look, LookMemory } from './looks/look.ts';
import { lookAtBalances } from './looks/look-at-balances.ts';
import { lookAtDeadLetters } from './looks/look-at-dead-letters.ts';
import { lookAtKeys } from './looks/look-at-keys.ts';
import { lookAtLimits } from './looks/look-at-limits.ts';
import { lookAtProviders } from './looks/look-at-providers.ts';
import { lookAtRequests } from './looks/look-at-requests.ts';

/** A look that finds more writes so many; the next look finds the rest. */
const DECIDED_A_LOOK_MAX = 500;

const looks: Readonly<Record<AlertKind, Look>> = {
  balance_low: lookAtBalances,
  limit_used: lookAtLimits,
  provider_down: lookAtProviders,
  error_rate: lookAtRequests,
  unusual_spend: lookAtKeys,
  dead_letters: lookAtDeadLetters,
};

export interface WatchAlertsParts {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  readonly registry: Pick<Registry, 'get' | 'all'>;
  readonly neighbours: () => Neighbours;
  readonly tables: AlertTables;
  /** Resolves when the tables have all that was in the log at the time of the call. */
  readonly tablesReached: () => Promise<void>;
  readonly deliveries: Pick<AlertDeliveries, 'send'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isLeading: () => boolean;
  readonly onRaised: (kind: string) => void;
}

/** Looks at what the rules watch, and tells the log which alerts begin and which are over. */
export interface WatchAlerts {
  /** Takes up what the log says: known alerts, and those that have not reached their channels. */
  load(): Promise<void>;
  /** One look by all rules. Rejects where the log cannot be written: the next look decides the same again. */
  look(): Promise<void>;
}

export function createWatchAlerts(parts: WatchAlertsParts): WatchAlerts {
  const { tables, deliveries, isLeading } = parts;
  const memory: LookMemory = { downSince: new Map(), hoursOfKeys: new Map() };
  const blind = new Set<string>();
  let book: AlertBook = new Map();

  return {
    async load() {
      await parts.tablesReached();
      book = await tables.knownAlerts();
      for (const { alert, channelId, askedAtMs } of await tables.pendingDeliveries()) {
        deliveries.send(alert, [channelId], askedAtMs);
      }
    },
    async look() {
      const looked = await lookByRules(parts, book, { memory, blind });
      for (const decision of decideAlerts(book, looked).slice(0, DECIDED_A_LOOK_MAX)) {
        if (!isLeading()) return;
        book = await carryOut(parts, book, decision);
      }
    },
  };
}

async function lookByRules(
  { registry, neighbours, tables, clock, logger }: WatchAlertsParts,
  book: AlertBook,
  { memory, blind }: { readonly memory: LookMemory; readonly blind: Set<string> },
): Promise<readonly RuleReadings[]> {
  const looked: RuleReadings[] = [];
  for (const rule of registry.all('alertRule')) {
    if (rule.status !== 'active' || !Object.hasOwn(looks, rule.watches)) continue;
    const firing = firingOf(book, rule);
    const parts = { registry, neighbours: neighbours(), tables, nowMs: clock(), firing, memory };
    try {
      looked.push({ ruleId: rule.id, ...(await looks[rule.watches as AlertKind](rule, parts)) });
      blind.delete(rule.id);
    } catch (err) {
      // Once, and not at every look until it is over.
      if (!blind.has(rule.id)) logger.warn({ err, ruleId: rule.id }, 'an alert rule cannot see what it watches');
      blind.add(rule.id);
      looked.push({ ruleId: rule.id, readings: [], isWhole: false });
    }
  }
  return looked;
}

function firingOf(book: AlertBook, { id }: Rule): readonly string[] {
  return [...book.values()].flatMap(({ ruleId, subjectId, isFiring }) =>
    isFiring && ruleId === id ? [subjectId] : [],
  );
}

/** Resolves with the book once the log has the decision. */
async function carryOut(parts: WatchAlertsParts, book: AlertBook, decision: AlertDecision): Promise<AlertBook> {
  const { journal, clock } = parts;
  if (decision.type === 'raise') return raise(parts, book, decision);
  const { alertId, reason } = decision;
  const data = { alertId, reason, resolvedAtMs: String(clock()) };
  const event = { eventId: derivedId(alertId, 'alert-resolved'), type: 'AlertResolved', data } as const;
  await appendToAlert(journal, event);
  return evolveBook(book, event);
}

async function raise(
  parts: WatchAlertsParts,
  book: AlertBook,
  { reading, window }: Extract<AlertDecision, { type: 'raise' }>,
): Promise<AlertBook> {
  const { journal, deliveries, onRaised, logger } = parts;
  const data = raisedOf(parts, { reading, window });
  const { alertId, kind, ruleId, channelIds } = data;
  const event = { eventId: derivedId(alertId, 'alert-raised'), type: 'AlertRaised', data } as const;
  const stream = streams.alert(alertId);
  const request = { stream, expectedVersion: 0, events: [event], correlationId: alertId, causationId: '' };
  const appended = await journal.append(request);
  // An earlier leader raised it, and saw to it that it is sent.
  if (appended.kind === 'version-conflict') return (await journal.readStream(stream)).reduce(evolveBook, book);
  onRaised(kind);
  logger.info({ alertId, ruleId, kind }, 'an alert was raised');
  deliveries.send(data, channelIds, Number(data.raisedAtMs));
  return evolveBook(book, event);
}

function raisedOf(
  { registry, clock }: WatchAlertsParts,
  { reading, window }: Pick<Extract<AlertDecision, { type: 'raise' }>, 'reading' | 'window'>,
): EventBodies['AlertRaised'] {
  const { ruleId, kind, subject, threshold, facts } = reading;
  const about = { ruleId, subjectKind: subject.kind, subjectId: subject.id, threshold };
  const channels = registry.get('alertRule', ruleId)?.channels ?? [];
  return {
    alertId: derivedId(`${aboutOf(about)}\n${window}`, 'alert'),
    ...about,
    kind,
    subjectName: subject.name,
    window,
    facts,
    channelIds: channels.filter((id) => registry.get('alertChannel', id)?.status === 'active'),
    raisedAtMs: String(clock()),
  };
}
