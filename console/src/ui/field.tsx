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

/** Yes or no. */
export function CheckField({ label, problem, hint, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input id={id} type="checkbox" className="mt-1 size-4" aria-describedby={`${id}-told`} {...rest} />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-told`} className={classNames('text-xs', problem === undefined ? 'text-soft' : 'text-bad')}>
          {problem ?? hint}
        </p>
      </div>
    </div>
  );
}

interface ChoicesFieldProps extends Labelled {
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly disabled?: boolean;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Any number of a few. */
export function ChoicesField({ label, problem, hint, options, chosen, disabled, onChange }: ChoicesFieldProps) {
  return (
    <fieldset className="flex flex-col gap-1" disabled={disabled}>
      <legend className="font-medium">{label}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {options.map((option) => (
          <label key={option} className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4"
              checked={chosen.includes(option)}
              onChange={({ target }) =>
                onChange(options.filter((each) => (each === option ? target.checked : chosen.includes(each))))
              }
            />
            {option}
          </label>
        ))}
      </div>
      <p className={classNames('text-xs', problem === undefined ? 'text-soft' : 'text-bad')}>{problem ?? hint}</p>
    </fieldset>
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
