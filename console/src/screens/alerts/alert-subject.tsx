import { Link } from '@tanstack/react-router';
import type { Alert } from '../../api/gen/index.ts';

type Place = readonly [to: string, search: object];

/** The screen that shows what an alert is about. */
function placeOf(kind: string, id: string): Place | undefined {
  switch (kind) {
    case 'user':
    case 'team':
    case 'organisation':
    case 'provider':
      return [`/${kind}s/${id}`, {}];
    case 'limit':
      return ['/limits', { search: id }];
    case 'key':
      return ['/requests', { key_id: id }];
    case 'consumer':
      return ['/dead-letters', { consumer: id }];
    case 'gateway':
      return ['/requests', {}];
    default:
      return undefined;
  }
}

/** What an alert is about, and the way there. */
export function AlertSubject({ alert: { subject_kind, subject_id, subject_name } }: { readonly alert: Alert }) {
  const kind = subject_kind ?? '';
  const name = subject_name || subject_id || (kind === 'gateway' ? 'all requests' : '');
  const place = placeOf(kind, subject_id ?? '');
  return (
    <>
      {kind}{' '}
      {place === undefined ? (
        <span className="break-words">{name}</span>
      ) : (
        <Link to={place[0]} search={place[1] as never} className="break-words text-accent hover:underline">
          {name}
        </Link>
      )}
    </>
  );
}
