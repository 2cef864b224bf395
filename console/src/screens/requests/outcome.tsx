import { Badge, type Tone } from '../../ui/badge.tsx';

const tones: Readonly<Record<string, Tone>> = {
  completed: 'good',
  running: 'plain',
  failed: 'bad',
  cut: 'bad',
  expired: 'bad',
  client_gone: 'warn',
};

const words: Readonly<Record<string, string>> = { client_gone: 'client gone' };

/** What became of a request, in a word and a colour. */
export function Outcome({ outcome }: { readonly outcome: string | null | undefined }) {
  if (!outcome) return null;
  return <Badge tone={tones[outcome] ?? 'plain'}>{words[outcome] ?? outcome}</Badge>;
}
