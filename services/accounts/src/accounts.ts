import type pg from 'pg';
import { createKeyHasher, deriveSecret, generateSecret, secretPrefix } from '#api-keys/api-key.ts';
import { type KeyPlaces, keyReferenceFault, parseKeyReference } from '#config/key-references.ts';
import type { AdminPort } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import { untilFolded } from '#journal/until-folded.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import { liveModels } from '#registry/live-models.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import { alertTables } from './adapters/alerts/alert-tables.ts';
import { createEmailIndex } from './adapters/email-index.ts';
import { readEarlierEmails } from './adapters/read-earlier-emails.ts';
import { createStreamTurns } from './adapters/stream-turns.ts';
import { createSubjectKeys } from './adapters/subject-keys.ts';
import { createUserSeals } from './adapters/user-seals.ts';
import { createAdmin } from './admin.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import { type AccountsConfig, accountsConfigFaults } from './config.ts';
import { untilVisible } from './handlers/visible.ts';
import type { Neighbours, Ports } from './ports.ts';
import { alerts } from './projections/alerts.ts';
import { keyUse } from './projections/key-use.ts';
import { payerSpend } from './projections/payer-spend.ts';
import { resources } from './projections/resources.ts';
import { findCredit } from './queries/find-credit.ts';
import { readLastUses } from './queries/last-uses.ts';
import { createDeliverAlerts } from './reactions/alerts/deliver-alerts.ts';
import { createWatchAlerts, type WatchAlerts } from './reactions/alerts/watch-alerts.ts';

export interface AccountsDependencies {
  readonly config: AccountsConfig;
  readonly journal: Journal;
  /** Of a database whose schema `accounts` is migrated. */
  readonly pool: pg.Pool;
  readonly registry: FollowedRegistry;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Resolves when the named projection has taken the event at `position`. */
  readonly awaitProjection: (name: string, position: number) => Promise<void>;
  /** What other services offer, by the time of the call. */
  readonly neighbours?: () => Neighbours;
  /** Seals secrets under the master key. Absent: there is no master key. */
  readonly sealSecret?: Ports['sealSecret'];
  readonly sendAlert: Ports['sendAlert'];
  /** Whether this process may answer now; absent: always. */
  readonly isLeading?: () => boolean;
  readonly metrics: Pick<GatewayMetrics, 'alertsRaised' | 'alertDeliveries'>;
  /** Where references to providers' keys may lead. */
  readonly keyPlaces: KeyPlaces;
}

/** Administration: every resource of the gateway, decided from its stream and the registry. */
export interface Accounts {
  readonly admin: AdminPort;
  /** To be kept in line with the log by a projector. */
  readonly projections: readonly Projection[];
  readonly watchAlerts: WatchAlerts;
  /** Sends no more alerts, and waits for those on their way. */
  stop(): Promise<void>;
  /** Resolves when decisions and reads know everything that is in the log at the time of the call. */
  ready(): Promise<void>;
}

/** Throws where the settings are wrong. */
export function createAccounts(dependencies: AccountsDependencies): Accounts {
  const { config, journal, pool, registry, logger, awaitProjection } = dependencies;
  const faults = accountsConfigFaults(config);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const hash = createKeyHasher(config.keyPepper);
  const emailDigest = (email: string): string => hash(email.toLowerCase());
  const emails = createEmailIndex(registry);
  const keyUses = { lastUsedAtMs: (keyIds: readonly string[]) => readLastUses(pool, keyIds) };
  const clock = dependencies.clock ?? systemClock;
  const { sendAlert, metrics, isLeading = () => true } = dependencies;
  const alertDeliveries = createDeliverAlerts({
    ...{ journal, registry, sendAlert, clock, logger, isLeading },
    random: Math.random,
    onOutcome: (outcome) => metrics.alertDeliveries.inc({ outcome }),
  });
  const admin: AdminDependencies = {
    journal,
    pool,
    logger,
    registry,
    models: liveModels(registry),
    inTurns: createStreamTurns(),
    userSeals: createUserSeals(createSubjectKeys(pool), logger),
    issueSecret(purpose, text) {
      const secret = text === undefined ? generateSecret(purpose) : deriveSecret(purpose, config.keyPepper, text);
      return { text: secret, hash: hash(secret), prefix: secretPrefix(secret) };
    },
    sealSecret: dependencies.sealSecret ?? noMasterKey,
    emailDigest,
    emailOwner: emails.ownerOf,
    emailSet: emails.set,
    keyReferenceFault(text) {
      const reference = parseKeyReference(text);
      return reference && keyReferenceFault(reference, dependencies.keyPlaces);
    },
    ...{ clock, sendAlert, alertDeliveries },
    alertsVisible: (position) => untilVisible([awaitProjection(alerts.name, position)], { logger, position }),
    decidable: (position) => untilVisible([registry.reached(position)], { logger, position }),
    visible: (position) => {
      const waits = [registry.reached(position), awaitProjection(resources.name, position)];
      return untilVisible(waits, { logger, position });
    },
    folded: (position) => untilFolded(awaitProjection(resources.name, position), { position }),
    neighbours: () => ({ keyUses, ...dependencies.neighbours?.() }),
    findCredit: (creditId) => findCredit(pool, creditId),
  };
  return {
    admin: createAdmin(admin),
    projections: [resources, keyUse, payerSpend, alerts],
    watchAlerts: createWatchAlerts({
      ...{ journal, registry, clock, logger, isLeading },
      neighbours: admin.neighbours,
      tables: alertTables(pool),
      tablesReached: async () => awaitProjection(alerts.name, await journal.head()),
      deliveries: alertDeliveries,
      onRaised: (kind) => metrics.alertsRaised.inc({ kind }),
    }),
    stop: () => alertDeliveries.stop(),
    async ready() {
      const position = await journal.head();
      await registry.reached(position);
      await untilVisible([awaitProjection(resources.name, position).then(addEarlierEmails)], { logger, position });
    },
  };

  async function addEarlierEmails(): Promise<void> {
    for (const { userId, email } of await readEarlierEmails(pool, logger))
      emails.addEarlier(userId, emailDigest(email));
  }
}

const noMasterKey: Ports['sealSecret'] = (_secret, _boundTo, field = 'api_key') => {
  const instead =
    field === 'api_key' ? 'Give a reference to it: "env:NAME" or "file:PATH".' : 'Set GATEWAY_MASTER_KEY.';
  const message = `This gateway has no master key to keep the secret under. ${instead}`;
  throw new Fault({ code: 'invalid_request', message, param: field });
};
