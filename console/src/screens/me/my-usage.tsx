import { meUsage } from '../../api/gen/index.ts';
import { UsageExplorer } from '../usage/usage-explorer.tsx';

const groups = ['model', 'key', 'tag', 'session', 'agent', 'outcome', 'format'];

const filters = [
  { name: 'key_id', label: 'Key' },
  { name: 'model', label: 'Model' },
  { name: 'session', label: 'Session' },
  { name: 'tag', label: 'Tag' },
];

/** What a holder used. */
export default function MyUsage() {
  return <UsageExplorer name="my-usage" report={meUsage} {...{ groups, filters }} />;
}
