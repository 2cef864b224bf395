import type { ProviderState } from '../../api/gen/index.ts';
import type { Tone } from '../../ui/badge.tsx';

/** A circuit breaker's states as people say them. */
const states: Readonly<Record<string, { readonly word: string; readonly tone: Tone }>> = {
  closed: { word: 'well', tone: 'good' },
  half_open: { word: 'being tried', tone: 'warn' },
  open: { word: 'kept away', tone: 'bad' },
  draining: { word: 'draining', tone: 'warn' },
  down: { word: 'down', tone: 'bad' },
};

export function healthOf({ state }: Pick<ProviderState, 'state'>): { readonly word: string; readonly tone: Tone } {
  return states[state ?? ''] ?? { word: state ?? 'not known', tone: 'plain' };
}
