import { type ReactNode, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { type Input, InputField } from './input-field.tsx';
import { Problem } from './states.tsx';
import { Submitted } from './submitted.tsx';

export type { Input } from './input-field.tsx';

/** What was filled in, by the inputs' names. */
export type Values = Readonly<Record<string, string>>;

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
  const [begun, setBegun] = useState<Values>(initial);
  const [values, setValues] = useState<Values>(initial);
  if (JSON.stringify(begun) !== JSON.stringify(initial)) {
    // It was read anew. What was filled in stays; the rest is as somebody else has made it.
    setBegun(initial);
    setValues({ ...values, ...Object.fromEntries(Object.entries(initial).filter(([name]) => isUntouched(name))) });
  }
  function isUntouched(name: string): boolean {
    return (values[name] ?? '') === (begun[name] ?? '');
  }
  return (
    <Submitted {...{ title, action, onClose }} onSubmit={() => onSubmit(values)}>
      {(error) => (
        <>
          {children}
          {inputs.map((input) => (
            <InputField
              key={input.name}
              input={input}
              value={values[input.name] ?? ''}
              problem={isAbout(error, input.name) ? (error as Error).message : undefined}
              onChange={(value) => setValues({ ...values, [input.name]: value })}
            />
          ))}
          {error !== null && !inputs.some(({ name }) => isAbout(error, name)) && <Problem error={error} />}
        </>
      )}
    </Submitted>
  );
}

function isAbout(error: unknown, name: string): boolean {
  return error instanceof ApiError && isFieldOf(error.param, name);
}

/** Whether what the gateway names in a refusal (`tags[1]`, `subject.id`) is an input, or within it. */
export function isFieldOf(param: string, name: string): boolean {
  return param === name || param.startsWith(`${name}.`) || param.startsWith(`${name}[`);
}
