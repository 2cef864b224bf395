import { type RequestLine, requestsList } from '../../api/gen/index.ts';
import type { Column } from '../../ui/table.tsx';
import { outcomes } from './outcomes.ts';
import { RequestStory } from './request-story.tsx';
import { Tail } from './tail.tsx';

const filters = [
  { name: 'user_id', label: 'User' },
  { name: 'key_id', label: 'Key' },
  { name: 'model', label: 'Model' },
  { name: 'provider', label: 'Provider' },
  { name: 'outcome', label: 'Outcome', options: outcomes },
  { name: 'session', label: 'Session' },
  { name: 'tag', label: 'Tag' },
  { name: 'request_id', label: 'Request' },
];

const columns: readonly Column<RequestLine>[] = [
  { title: 'User', cell: ({ user_id }) => <span className="font-mono text-xs">{user_id}</span>, isMinor: true },
  { title: 'Provider', cell: ({ provider }) => provider, isMinor: true },
];

/** Everybody's requests as they come. */
export default function Requests() {
  return (
    <Tail
      lead="Every request that was admitted, newest first."
      name="requests"
      list={(asked) => requestsList(asked)}
      story={(request, onClose) => <RequestStory {...{ request, onClose }} />}
      {...{ filters, columns }}
    />
  );
}
