import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type ListProviderHealthResult, providersHealth } from '../../api/gen/index.ts';
import type { Question } from '../../ui/asked.tsx';

const LIVE_MS = 5_000;

/** How each provider does by the last calls, and as it changes. */
export function useHealth(): Question<ListProviderHealthResult> {
  return useQuery({
    queryKey: ['provider-health'],
    queryFn: ({ signal }) => ask(providersHealth({ signal })),
    refetchInterval: LIVE_MS,
  });
}
