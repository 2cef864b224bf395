import type { Balance } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Moment, Usd } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';

interface WithBalance {
  readonly status?: string | null;
  readonly created_at?: string | null;
  readonly balance?: Pick<Balance, 'held_usd' | 'available_usd'> | null;
}

/** Whether it may spend, and what it has to spend: of users, teams and organisations alike. */
export const balanceColumns: readonly Column<WithBalance>[] = [
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'bad'}>{status}</Badge> },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, sort: 'created_at', isMinor: true },
  { title: 'Held', cell: ({ balance }) => <Usd amount={balance?.held_usd} />, isNumber: true, isMinor: true },
  { title: 'Available', cell: ({ balance }) => <Usd amount={balance?.available_usd} />, isNumber: true },
];
