import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { classNames } from './class-names.ts';

const control =
  'min-h-9 w-full rounded-md border border-line bg-panel px-3 text-ink placeholder:text-soft aria-invalid:border-bad';

interface Labelled {
  readonly label: string;
  /** What is wrong with it; undefined: nothing. */
  readonly problem?: string | undefined;
  readonly hint?: ReactNode;
  /** The label is read out, and not shown. */
  readonly isLabelHidden?: boolean;
}

export function TextField({
  label,
  problem,
  hint,
  isLabelHidden,
  className,
  ...rest
}: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame {...{ id, label, problem, hint, isLabelHidden, className }}>
      <input
        id={id}
        className={control}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-told`}
        autoComplete="off"
        {...rest}
      />
    </Frame>
  );
}

export function SelectField({
  label,
  problem,
  hint,
  isLabelHidden,
  className,
  children,
  ...rest
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame {...{ id, label, problem, hint, isLabelHidden, className }}>
      <select
        id={id}
        className={control}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-told`}
        {...rest}
      >
        {children}
      </select>
    </Frame>
  );
}

/** A value, and what people call it. */
export interface Suggestion {
  readonly value: string;
  readonly label: string;
}

/** Takes any text, and offers those that are known. */
export function SuggestField({
  suggestions,
  ...rest
}: Labelled & InputHTMLAttributes<HTMLInputElement> & { readonly suggestions: readonly Suggestion[] }) {
  const listId = useId();
  return (
    <>
      <TextField {...rest} list={listId} />
      <datalist id={listId}>
        {suggestions.map(({ value, label }) => (
          <option key={value} value={value} label={label} />
        ))}
      </datalist>
    </>
  );
}

/** A text of several lines. */
export function AreaField({
  label,
  problem,
  hint,
  isLabelHidden,
  className,
  ...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame {...{ id, label, problem, hint, isLabelHidden, className }}>
      <textarea
        id={id}
        className={classNames(control, 'py-2 font-mono text-xs')}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-told`}
        autoComplete="off"
        spellCheck={false}
        {...rest}
      />
    </Frame>
  );
}

interface FrameProps extends Omit<Labelled, 'isLabelHidden'> {
  readonly id: string;
  readonly isLabelHidden?: boolean | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

function Frame({ id, label, problem, hint, isLabelHidden, className, children }: FrameProps) {
  const told = problem ?? hint;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className={isLabelHidden === true ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      {children}
      <p
        id={`${id}-told`}
        className={classNames('text-xs', problem === undefined ? 'text-soft' : 'text-bad')}
        hidden={!told}
      >
        {told}
      </p>
    </div>
  );
}
