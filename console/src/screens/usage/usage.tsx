import { usageReport } from '../../api/gen/index.ts';
import { UsageExplorer } from './usage-explorer.tsx';

const groups = [
  'model',
  'user',
  'team',
  'key',
  'provider',
  'tag',
  'session',
  'agent',
  'outcome',
  'route',
  'format',
  'payer',
];

const filters = [
  { name: 'user_id', label: 'User' },
  { name: 'key_id', label: 'Key' },
  { name: 'model', label: 'Model' },
  { name: 'provider', label: 'Provider' },
  { name: 'session', label: 'Session' },
  { name: 'tag', label: 'Tag' },
];

/** Who uses what. */
export default function Usage() {
  return <UsageExplorer name="usage" report={usageReport} {...{ groups, filters }} />;
}
