import { type InputHTMLAttributes, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';
import { classNames } from './class-names.ts';
import { InLabel, type Labelled, Told } from './labelled.tsx';

export function TextField(props: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return <InLabel of={props}>{(control) => <input autoComplete="off" {...control} />}</InLabel>;
}

export function SelectField(props: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  return <InLabel of={props}>{(control) => <select {...control} />}</InLabel>;
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
export function AreaField(props: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <InLabel of={props}>
      {({ className, ...control }) => (
        <textarea
          autoComplete="off"
          spellCheck={false}
          className={classNames(className, 'py-2 font-mono text-xs')}
          {...control}
        />
      )}
    </InLabel>
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
        <Told id={`${id}-told`} problem={problem} hint={hint} />
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
      <Told problem={problem} hint={hint} />
    </fieldset>
  );
}
