import type { Role } from '../../api/session.ts';

/** A kind of resource whose past is shown: its name in the log, its title, and who beside the owner may read it. */
export interface HistoryKind {
  readonly kind: string;
  readonly title: string;
  readonly readers: readonly Role[];
}

const all: readonly Role[] = ['operator', 'billing', 'auditor'];

export const historyKinds: readonly HistoryKind[] = [
  { kind: 'user', title: 'Users', readers: all },
  { kind: 'team', title: 'Teams', readers: all },
  { kind: 'organisation', title: 'Organisations', readers: all },
  { kind: 'key', title: 'API keys', readers: ['operator', 'auditor'] },
  { kind: 'limit', title: 'Limits', readers: all },
  { kind: 'provider', title: 'Providers', readers: all },
  { kind: 'model', title: 'Models', readers: all },
  { kind: 'alias', title: 'Aliases', readers: all },
  { kind: 'price', title: 'Own prices', readers: all },
  { kind: 'route', title: 'Routes', readers: all },
  { kind: 'alertChannel', title: 'Alert channels', readers: all },
  { kind: 'alertRule', title: 'Alert rules', readers: all },
  { kind: 'settings', title: 'Settings', readers: all },
  { kind: 'token', title: 'Admin tokens', readers: [] },
];
