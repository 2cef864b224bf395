import type { ReactNode } from 'react';
import { useId } from 'react';
import { classNames } from './class-names.ts';

/** What stands around a control. */
export interface Labelled {
  readonly label: string;
  /** What is wrong with it; undefined: nothing. */
  readonly problem?: string | undefined;
  readonly hint?: ReactNode;
  /** The label is read out, and not shown. */
  readonly isLabelHidden?: boolean;
}

interface Control {
  readonly id: string;
  readonly className: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string;
}

const control =
  'min-h-9 w-full rounded-md border border-line bg-panel px-3 text-ink placeholder:text-soft aria-invalid:border-bad';

/** A label, a control, and what is told of it. `children` makes the control out of what is left of its properties. */
export function InLabel<P extends Labelled & { readonly className?: string | undefined }>({
  of: { label, problem, hint, isLabelHidden, className, ...rest },
  children,
}: {
  readonly of: P;
  readonly children: (control: Control & Omit<P, keyof Labelled | 'className'>) => ReactNode;
}) {
  const id = useId();
  const told = `${id}-told`;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className={isLabelHidden === true ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      {children({
        id,
        className: control,
        'aria-invalid': problem !== undefined,
        'aria-describedby': told,
        ...rest,
      })}
      <Told id={told} problem={problem} hint={hint} />
    </div>
  );
}

/** What is wrong with a control, else what it is for. */
export function Told({ id, problem, hint }: Pick<Labelled, 'problem' | 'hint'> & { readonly id?: string }) {
  const told = problem ?? hint;
  return (
    <p id={id} className={classNames('text-xs', problem === undefined ? 'text-soft' : 'text-bad')} hidden={!told}>
      {told}
    </p>
  );
}
