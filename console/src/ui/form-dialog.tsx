import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { Problem } from './states.tsx';

export interface Input {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly type?: string;
  readonly hint?: string;
  readonly isRequired?: boolean;
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
  const param = error instanceof ApiError ? error.param : '';
  const isOfInput = inputs.some(({ name }) => name === param);
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        {children}
        {inputs.map(({ name, label, type, hint, isRequired }) => (
          <TextField
            key={name}
            label={label}
            type={type ?? 'text'}
            hint={hint}
            required={isRequired ?? false}
            value={values[name] ?? ''}
            problem={param === name ? (error as Error).message : undefined}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
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
