import { Link } from '@tanstack/react-router';
import type { ApiKey } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { KeyActions } from './key-actions.tsx';

/** What a key is called, and whether it works. */
export const keyNameColumns: readonly Column<ApiKey>[] = [
  { title: 'Name', cell: ({ name, prefix }) => name ?? prefix, sort: 'name' },
  { title: 'Key', cell: ({ prefix }) => <code className="text-xs">{prefix}…</code>, isMinor: true },
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'warn'}>{status}</Badge> },
];

/** When a key was made, was used, and ends. */
export const keyTimeColumns: readonly Column<ApiKey>[] = [
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, sort: 'created_at', isMinor: true },
  { title: 'Last used', cell: ({ last_used_at }) => <Moment at={last_used_at} />, isMinor: true },
  { title: 'Ends', cell: ({ expires_at }) => <Moment at={expires_at} />, sort: 'expires_at', isMinor: true },
];

/** What administration shows of keys wherever they are listed. */
export const keyColumns: readonly Column<ApiKey>[] = [
  ...keyNameColumns,
  {
    title: 'User',
    cell: ({ user_id }) => (
      <Link to={`/users/${user_id}`} className="font-mono text-xs text-accent hover:underline">
        {user_id}
      </Link>
    ),
    isMinor: true,
  },
  ...keyTimeColumns,
  { title: 'Actions', cell: (key) => <KeyActions apiKey={key} /> },
];
