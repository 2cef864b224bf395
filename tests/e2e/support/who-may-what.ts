import type { AdminRole } from '#contracts/admin.ts';

type Commands = Readonly<Record<string, string>>;

/** What everybody who administers may look at. */
const reading: Commands = {
  organisations: 'list get',
  teams: 'list get',
  users: 'list get',
  limits: 'list get',
  providers: 'list get health',
  models: 'list get offered',
  aliases: 'list get',
  prices: 'list get book',
  routes: 'list get shadow-report',
  settings: 'get',
  balance: 'ledger',
  requests: 'list explain',
  usage: 'report runways',
  audit: 'log verify-range moment',
  history: 'balances resources resource',
  'alert-channels': 'list get',
  'alert-rules': 'list get',
  alerts: 'list',
  'stuck-events': 'list',
  whoami: '',
};

const operating: Commands = {
  organisations: 'create list get update delete',
  teams: 'create list get update delete',
  users: 'create list get update delete suspend resume sign-in-link',
  'api-keys': 'create list get update delete pause resume revoke rotate',
  limits: 'list get set update delete',
  providers: 'list get set update delete test health compare-models',
  models: 'list get set update delete offered',
  aliases: 'list get set update delete',
  prices: 'list get set update delete import book',
  routes: 'list get set update delete explain shadow-report',
  settings: 'get update',
  balance: 'change ledger',
  credits: 'undo',
  'stuck-events': 'list retry',
  'alert-channels': 'list get set update delete test',
  'alert-rules': 'list get set update delete',
  alerts: 'list retry',
};

/**
 * Who may give which command of administration, as the owner of a gateway would say it: role, subject, verbs as gatewayctl has
 * them. The options in `proto/gateway/admin/v1` have to agree, so that a change of them is seen here by whoever reviews it.
 */
export const whoMayWhat: Readonly<Record<AdminRole, Commands>> = {
  owner: { ...reading, ...operating, 'admin-tokens': 'create list get update delete' },
  operator: { ...reading, ...operating },
  billing: {
    ...reading,
    prices: 'list get set update delete import book',
    balance: 'change ledger',
    credits: 'undo',
  },
  auditor: { ...reading, 'api-keys': 'list get', routes: 'list get explain shadow-report' },
  // What is their own, and nothing of administration.
  holder: {
    me: 'show api-keys rotate-key pause-key resume-key revoke-key limits usage requests explain prices ledger',
  },
};

/** The same as one list: "users suspend". */
export function commandsOf(role: AdminRole): ReadonlySet<string> {
  return new Set(
    Object.entries(whoMayWhat[role]).flatMap(([subject, verbs]) =>
      verbs.split(' ').map((verb) => `${subject} ${verb}`.trim()),
    ),
  );
}
