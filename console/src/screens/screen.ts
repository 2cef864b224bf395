import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { Role } from '../api/session.ts';

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
