import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { meShow } from '../../api/gen/index.ts';

const LIVE_MS = 10_000;

/** Who is signed in, and whose balance pays for them. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => ask(meShow({ signal })), refetchInterval: LIVE_MS });
}
