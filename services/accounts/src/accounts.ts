import type pg from 'pg';
import { apiKeyPrefix, createKeyHasher, deriveApiKey, generateApiKey } from '#api-keys/api-key.ts';
import type { AccountsPort } from '#contracts/accounts.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import { createProfileSeals } from './adapters/profile-seals.ts';
import { createStreamTurns } from './adapters/stream-turns.ts';
import { createSubjectKeys } from './adapters/subject-keys.ts';
import { type AccountsConfig, accountsConfigFaults } from './config.ts';
import { createApiKey } from './handlers/create-api-key.ts';
import { createUser } from './handlers/create-user.ts';
import { creditBalance } from './handlers/credit-balance.ts';
import { revokeApiKey } from './handlers/revoke-api-key.ts';
import { untilVisible } from './handlers/visible.ts';
import type { Ports } from './ports.ts';
import { directory } from './projections/directory.ts';
import { keyUse } from './projections/key-use.ts';
import { readUser } from './queries/read-users.ts';
import { getUser, listUsers } from './queries/users.ts';

export interface AccountsDependencies {
  readonly config: AccountsConfig;
  readonly journal: Journal;
  /** Of a database whose schema `accounts` is migrated. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Resolves when the named projection has taken the event at `position`. */
  readonly awaitProjection: (name: string, position: number) => Promise<void>;
  /** Resolves when requests are admitted against a balance that has the event at `position`. Absent: nobody to wait for. */
  readonly awaitBalance?: (position: number) => Promise<void>;
  /** Resolves when keys are known up to `position` where they are used. Absent: they are used in other processes. */
  readonly awaitRegistry?: ((position: number) => Promise<void>) | undefined;
}

/** What is done and asked about users, keys and top-ups. */
export interface Accounts extends AccountsPort {
  /** To be kept in line with the log by a projector. */
  readonly projections: readonly Projection[];
}

/** Users, their API keys and top-ups. Holds nothing in memory. Throws where the settings are wrong. */
export function createAccounts(dependencies: AccountsDependencies): Accounts {
  const { config, journal, pool, logger, awaitProjection, awaitBalance, awaitRegistry } = dependencies;
  const faults = accountsConfigFaults(config);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const hashKey = createKeyHasher(config.keyPepper);
  const issued = (apiKey: string) => ({ apiKey, keyHash: hashKey(apiKey), prefix: apiKeyPrefix(apiKey) });
  const ports: Ports = {
    journal,
    inTurn: createStreamTurns(),
    profileSeals: createProfileSeals(createSubjectKeys(pool)),
    clock: dependencies.clock ?? systemClock,
    newApiKey: () => issued(generateApiKey()),
    sameApiKey: (idempotencyKey) => issued(deriveApiKey(config.keyPepper, idempotencyKey)),
    findUser: (userId) => readUser({ pool, logger }, userId),
    directoryVisible: (position) => {
      const waits = [awaitRegistry?.(position) ?? Promise.resolve(), awaitProjection(directory.name, position)];
      return untilVisible(waits, { logger, position });
    },
    balanceVisible: (position) => untilVisible([awaitBalance?.(position) ?? Promise.resolve()], { logger, position }),
  };

  return {
    createUser: (command) => createUser(ports, command),
    getUser: (userId) => getUser({ pool, logger }, userId),
    listUsers: (page) => listUsers({ pool, logger }, page),
    creditBalance: (command) => creditBalance(ports, command),
    createApiKey: (command) => createApiKey(ports, command),
    revokeApiKey: (keyId) => revokeApiKey(ports, keyId),
    projections: [directory, keyUse],
  };
}
