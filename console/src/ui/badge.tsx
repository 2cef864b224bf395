import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

const tones = { plain: 'text-soft', good: 'text-good', warn: 'text-warn', bad: 'text-bad' } as const;

export type Tone = keyof typeof tones;

export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span
      className={classNames('inline-flex items-center rounded-full border border-current px-2 text-xs', tones[tone])}
    >
      {children}
    </span>
  );
}
