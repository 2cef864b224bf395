import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Alert, alertsList } from '../../api/gen/index.ts';
import type { Question } from '../../ui/asked.tsx';
import type { PageOf } from '../../ui/use-page.ts';

export const LIVE_MS = 5_000;

/** More than that at a time have one cause: the number says enough. */
export const FIRING_MAX = 100;

/** The alerts that fire now, newest first. */
export function useFiring(everyMs = LIVE_MS): Question<PageOf<Alert>> {
  return useQuery({
    queryKey: ['alerts', 'firing'],
    queryFn: ({ signal }) => ask(alertsList({ query: { state: 'firing', limit: FIRING_MAX }, signal })),
    refetchInterval: everyMs,
  });
}
