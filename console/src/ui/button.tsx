import type { ButtonHTMLAttributes } from 'react';
import { classNames } from './class-names.ts';

const looks = {
  primary: 'bg-accent text-on-accent border-transparent hover:opacity-90',
  plain: 'bg-panel text-ink border-line hover:bg-sunken',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-sunken',
  danger: 'bg-panel text-bad border-bad hover:bg-sunken',
} as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: keyof typeof looks;
}

export function Button({ look = 'plain', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={classNames(
        'inline-flex min-h-9 items-center justify-center gap-2 rounded-md border px-3 font-medium whitespace-nowrap disabled:opacity-50',
        looks[look],
        className,
      )}
      {...rest}
    />
  );
}
