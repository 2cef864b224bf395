import {
  Activity,
  Bell,
  Boxes,
  Building2,
  ChartColumn,
  CircleDollarSign,
  FlaskConical,
  Gauge,
  HeartPulse,
  History,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  MailX,
  Route,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  UserCog,
  Users,
  UsersRound,
} from 'lucide-react';
import type { ComponentType } from 'react';
import type { Role } from '../api/session.ts';
import { holderScreens } from './holder-screens.ts';

/** A place in the console. */
export interface Screen {
  /** Below `/console`; `$id` stands for what it is about. */
  readonly path: string;
  readonly title: string;
  /** Where it stands in the navigation; absent: it is reached from another screen. */
  readonly icon?: LucideIcon;
  readonly group?: 'Yours' | 'See' | 'Run' | 'Prove';
  /** Who it is for; the server decides what each may do. */
  readonly roles: readonly Role[];
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

const everybody: readonly Role[] = ['owner', 'operator', 'billing', 'auditor'];

/** Every screen, in the order of the navigation. Administrators and holders have none in common. */
export const screens: readonly Screen[] = [
  {
    path: '/',
    title: 'Overview',
    icon: LayoutDashboard,
    group: 'See',
    roles: everybody,
    load: () => import('./overview/overview.tsx'),
  },
  {
    path: '/requests',
    title: 'Requests',
    icon: Activity,
    group: 'See',
    roles: everybody,
    load: () => import('./requests/requests.tsx'),
  },
  {
    path: '/usage',
    title: 'Usage',
    icon: ChartColumn,
    group: 'See',
    roles: everybody,
    load: () => import('./usage/usage.tsx'),
  },
  {
    path: '/alerts',
    title: 'Alerts',
    icon: Bell,
    group: 'See',
    roles: everybody,
    load: () => import('./alerts/alerts.tsx'),
  },
  {
    path: '/users',
    title: 'Users',
    icon: Users,
    group: 'Run',
    roles: everybody,
    load: () => import('./users/users.tsx'),
  },
  { path: '/users/$id', title: 'User', roles: everybody, load: () => import('./users/user.tsx') },
  {
    path: '/teams',
    title: 'Teams',
    icon: UsersRound,
    group: 'Run',
    roles: everybody,
    load: () => import('./teams/teams.tsx'),
  },
  { path: '/teams/$id', title: 'Team', roles: everybody, load: () => import('./teams/team.tsx') },
  {
    path: '/organisations',
    title: 'Organisations',
    icon: Building2,
    group: 'Run',
    roles: everybody,
    load: () => import('./organisations/organisations.tsx'),
  },
  {
    path: '/organisations/$id',
    title: 'Organisation',
    roles: everybody,
    load: () => import('./organisations/organisation.tsx'),
  },
  {
    path: '/keys',
    title: 'API keys',
    icon: KeyRound,
    group: 'Run',
    roles: everybody,
    load: () => import('./keys/keys.tsx'),
  },
  {
    path: '/limits',
    title: 'Limits',
    icon: Gauge,
    group: 'Run',
    roles: everybody,
    load: () => import('./limits/limits.tsx'),
  },
  {
    path: '/providers',
    title: 'Providers',
    icon: Server,
    group: 'Run',
    roles: everybody,
    load: () => import('./providers/providers.tsx'),
  },
  {
    path: '/providers/$id',
    title: 'Provider',
    roles: everybody,
    load: () => import('./providers/provider.tsx'),
  },
  {
    path: '/health',
    title: 'Health',
    icon: HeartPulse,
    group: 'Run',
    roles: everybody,
    load: () => import('./health/health.tsx'),
  },
  {
    path: '/playground',
    title: 'Playground',
    icon: FlaskConical,
    group: 'Run',
    roles: everybody,
    load: () => import('./playground/playground.tsx'),
  },
  {
    path: '/models',
    title: 'Models',
    icon: Boxes,
    group: 'Run',
    roles: everybody,
    load: () => import('./models/models.tsx'),
  },
  {
    path: '/routes',
    title: 'Routes',
    icon: Route,
    group: 'Run',
    roles: everybody,
    load: () => import('./routes/routes.tsx'),
  },
  {
    path: '/prices',
    title: 'Prices',
    icon: CircleDollarSign,
    group: 'Run',
    roles: everybody,
    load: () => import('./prices/prices.tsx'),
  },
  {
    path: '/dead-letters',
    title: 'Dead letters',
    icon: MailX,
    group: 'Run',
    roles: everybody,
    load: () => import('./dead-letters/dead-letters.tsx'),
  },
  {
    path: '/access',
    title: 'Admin access',
    icon: UserCog,
    group: 'Run',
    roles: ['owner'],
    load: () => import('./access/access.tsx'),
  },
  {
    path: '/settings',
    title: 'Settings',
    icon: Settings,
    group: 'Run',
    roles: everybody,
    load: () => import('./settings/settings.tsx'),
  },
  {
    path: '/audit',
    title: 'Audit log',
    icon: ScrollText,
    group: 'Prove',
    roles: everybody,
    load: () => import('./audit/audit.tsx'),
  },
  {
    path: '/history',
    title: 'State at a time',
    icon: History,
    group: 'Prove',
    roles: everybody,
    load: () => import('./history/history.tsx'),
  },
  {
    path: '/verify',
    title: 'Verify the log',
    icon: ShieldCheck,
    group: 'Prove',
    roles: everybody,
    load: () => import('./verify/verify.tsx'),
  },
  ...holderScreens,
];
