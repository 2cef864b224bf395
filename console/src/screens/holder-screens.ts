import {
  Activity,
  ChartColumn,
  CircleDollarSign,
  FlaskConical,
  KeyRound,
  LayoutDashboard,
  Receipt,
} from 'lucide-react';
import type { Screen } from './screen.ts';

/** Where a holder begins. */
export const HOLDERS_HOME = '/me';

const holders = { group: 'Yours', roles: ['holder'] } as const;

/** What a key holder sees: what is their own. */
export const holderScreens: readonly Screen[] = [
  {
    ...holders,
    path: HOLDERS_HOME,
    title: 'Overview',
    icon: LayoutDashboard,
    load: () => import('./me/my-overview.tsx'),
  },
  { ...holders, path: '/me/keys', title: 'API keys', icon: KeyRound, load: () => import('./me/my-keys.tsx') },
  { ...holders, path: '/me/usage', title: 'Usage', icon: ChartColumn, load: () => import('./me/my-usage.tsx') },
  { ...holders, path: '/me/requests', title: 'Requests', icon: Activity, load: () => import('./me/my-requests.tsx') },
  { ...holders, path: '/me/statement', title: 'Statement', icon: Receipt, load: () => import('./me/my-statement.tsx') },
  { ...holders, path: '/me/prices', title: 'Prices', icon: CircleDollarSign, load: () => import('./me/my-prices.tsx') },
  {
    ...holders,
    path: '/me/playground',
    title: 'Playground',
    icon: FlaskConical,
    load: () => import('./me/my-playground.tsx'),
  },
];
