import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { mePrices } from '../../api/gen/index.ts';
import { PlaygroundOf } from '../playground/playground.tsx';

/** A holder asks the gateway with a key of their own, which they paste. */
export default function MyPlayground() {
  const { data } = useQuery({
    queryKey: ['my-models'],
    queryFn: ({ signal }) => ask(mePrices({ query: { limit: 1_000 }, signal })),
  });
  return <PlaygroundOf models={(data?.data ?? []).map(({ id }) => id ?? '')} />;
}
