import { Link } from '@tanstack/react-router';
import type { GetLogMomentResult } from '../../api/gen/index.ts';
import { Facts } from '../../ui/facts.tsx';
import { count } from '../../ui/format.ts';
import { Moment } from '../../ui/shown.tsx';

/** Where the log stood, and how that is proved. */
export function MomentFacts({ moment }: { readonly moment: GetLogMomentResult }) {
  const { position = 0, chain, recorded_at, head_position = 0, first_at } = moment;
  if (position === 0) {
    return (
      <p className="p-4" role="status">
        {first_at ? 'The log had not begun: there was nothing yet.' : 'The log has no event yet.'}
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-2 p-4">
      <p role="status" className="font-medium">{`Position ${count(position)} of ${count(head_position)}`}</p>
      <Facts
        facts={[
          ['Last event', <Moment key="recorded" at={recorded_at} />],
          [
            'Hash there',
            <code key="chain" className="text-xs break-all">
              {chain}
            </code>,
          ],
        ]}
      />
      <Link
        to="/verify"
        search={{ to: String(position), chain: chain ?? '' } as never}
        className="self-start text-accent hover:underline"
      >
        Verify the log up to here
      </Link>
    </div>
  );
}
