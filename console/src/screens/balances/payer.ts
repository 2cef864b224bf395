import {
  balanceChangeOrganisations,
  balanceChangeTeams,
  balanceChangeUsers,
  balanceLedgerOrganisations,
  balanceLedgerTeams,
  balanceLedgerUsers,
} from '../../api/gen/index.ts';

/** Who has a balance of their own. */
export interface Payer {
  readonly collection: 'users' | 'teams' | 'organisations';
  readonly id: string;
}

/** The operations on a balance, by whose it is. */
export const balances = {
  users: { change: balanceChangeUsers, ledger: balanceLedgerUsers },
  teams: { change: balanceChangeTeams, ledger: balanceLedgerTeams },
  organisations: { change: balanceChangeOrganisations, ledger: balanceLedgerOrganisations },
} as const;
