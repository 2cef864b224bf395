import { AreaField, ChoicesField, SelectField, SuggestField, type Suggestion, TextField } from './field.tsx';
import { listIn, textOf } from './text-lists.ts';

/** Something that is asked for. */
export interface Input {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly type?: string;
  readonly hint?: string;
  readonly isRequired?: boolean;
  /** What can be chosen; absent: any text. */
  readonly options?: readonly string[];
  /** How the choice of nothing reads; absent: something has to be chosen. */
  readonly none?: string;
  /** What is offered beside any other text, by value and by what people call it. */
  readonly suggestions?: readonly Suggestion[];
  /** Any number of these can be chosen; the value has commas between them. */
  readonly choices?: readonly string[];
  /** It has several lines. */
  readonly isLong?: boolean;
}

interface InputFieldProps {
  readonly input: Input;
  readonly value: string;
  readonly problem?: string | undefined;
  readonly className?: string;
  readonly onChange: (value: string) => void;
}

export function InputField({ input, value, problem, className, onChange }: InputFieldProps) {
  const { label, type = 'text', hint, isRequired = false, options, none, suggestions, choices, isLong = false } = input;
  const changed = ({ target }: { readonly target: { readonly value: string } }): void => onChange(target.value);
  const common = { label, hint, problem, className, value, required: isRequired, onChange: changed };
  if (choices !== undefined) {
    // What is chosen, and is offered no more, can be taken away still.
    const all = [...new Set([...choices, ...listIn(value)])];
    const chosen = listIn(value);
    return (
      <ChoicesField {...{ label, hint, problem, chosen }} options={all} onChange={(next) => onChange(textOf(next))} />
    );
  }
  if (options !== undefined) {
    return (
      <SelectField {...common}>
        {(none !== undefined || value === '') && <option value="">{none ?? 'choose'}</option>}
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </SelectField>
    );
  }
  if (suggestions !== undefined) return <SuggestField {...common} suggestions={suggestions} />;
  if (isLong) return <AreaField {...common} rows={3} />;
  return <TextField {...common} type={type} />;
}
