import { type MyRequestLine, meRequests } from '../../api/gen/index.ts';
import type { Column } from '../../ui/table.tsx';
import { outcomes } from '../requests/outcomes.ts';
import { Tail } from '../requests/tail.tsx';
import { MyRequestStory } from './my-request-story.tsx';

const filters = [
  { name: 'key_id', label: 'Key' },
  { name: 'model', label: 'Model' },
  { name: 'outcome', label: 'Outcome', options: outcomes },
  { name: 'session', label: 'Session' },
  { name: 'tag', label: 'Tag' },
  { name: 'request_id', label: 'Request' },
];

const columns: readonly Column<MyRequestLine>[] = [
  { title: 'Key', cell: ({ key_id }) => <span className="font-mono text-xs">{key_id}</span>, isMinor: true },
];

/** A holder's requests as they come. */
export default function MyRequests() {
  return (
    <Tail
      lead="Each request of your keys that was admitted, newest first."
      name="my-requests"
      list={(asked) => meRequests(asked)}
      story={(request, onClose) => <MyRequestStory {...{ request, onClose }} />}
      {...{ filters, columns }}
    />
  );
}
