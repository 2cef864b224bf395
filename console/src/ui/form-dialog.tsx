import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { AreaField, SelectField, SuggestField, type Suggestion, TextField } from './field.tsx';
import { Problem } from './states.tsx';

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
  /** It has several lines. */
  readonly isLong?: boolean;
}

type Values = Readonly<Record<string, string>>;

interface FormProps {
  readonly title: string;
  readonly action: string;
  readonly inputs: readonly Input[];
  readonly initial?: Values;
  /** Rejects with an `ApiError`, whose field is shown at the input of that name. */
  readonly onSubmit: (values: Values) => Promise<void>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks for a few texts, and stays open until the gateway has taken them. */
export function FormDialog({ title, action, inputs, initial = {}, onSubmit, onClose, children }: FormProps) {
  const [values, setValues] = useState<Values>(initial);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit(values);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const isAbout = (name: string): boolean => error instanceof ApiError && isFieldOf(error.param, name);
  const isOfInput = inputs.some(({ name }) => isAbout(name));
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        {children}
        {inputs.map((input) => (
          <InputField
            key={input.name}
            input={input}
            value={values[input.name] ?? ''}
            problem={isAbout(input.name) ? (error as Error).message : undefined}
            onChange={(value) => setValues({ ...values, [input.name]: value })}
          />
        ))}
        {error !== null && !isOfInput && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            {isBusy ? 'One moment…' : action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Whether what the gateway names in a refusal (`tags[1]`, `subject.id`) is an input, or within it. */
export function isFieldOf(param: string, name: string): boolean {
  return param === name || param.startsWith(`${name}.`) || param.startsWith(`${name}[`);
}

interface InputFieldProps {
  readonly input: Input;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

function InputField({ input, value, problem, onChange }: InputFieldProps) {
  const { label, type = 'text', hint, isRequired = false, options, none, suggestions, isLong = false } = input;
  const common = { label, hint, problem, value, required: isRequired };
  if (options !== undefined) {
    return (
      <SelectField {...common} onChange={(event) => onChange(event.target.value)}>
        {(none !== undefined || value === '') && <option value="">{none ?? 'choose'}</option>}
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </SelectField>
    );
  }
  if (suggestions !== undefined) {
    return <SuggestField {...common} suggestions={suggestions} onChange={(event) => onChange(event.target.value)} />;
  }
  if (isLong) return <AreaField {...common} rows={3} onChange={(event) => onChange(event.target.value)} />;
  return <TextField {...common} type={type} onChange={(event) => onChange(event.target.value)} />;
}
