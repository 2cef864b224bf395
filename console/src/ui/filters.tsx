import { type FormEvent, useState } from 'react';
import { Button } from './button.tsx';
import { InputField } from './input-field.tsx';
import { useSearchState } from './search-state.ts';

export interface Filter {
  /** As the URL and the API name it. */
  readonly name: string;
  readonly label: string;
  /** What can be chosen; absent: any text. */
  readonly options?: readonly string[];
  /** Shown where the screen is narrow alone: elsewhere another part does the same. */
  readonly isNarrowOnly?: boolean;
}

/** Narrows a list. What is chosen stands in the URL, and comes back with it. */
export function Filters({ filters }: { readonly filters: readonly Filter[] }) {
  const [search, change] = useSearchState();
  const said = Object.fromEntries(filters.map(({ name }) => [name, search[name] ?? '']));
  const saidText = JSON.stringify(said);
  const [shown, setShown] = useState({ saidText, values: said });
  // The browser went back, or a link led here: the fields follow the URL.
  if (shown.saidText !== saidText) setShown({ saidText, values: said });
  const { values } = shown;
  const setValues = (next: Readonly<Record<string, string>>): void => setShown({ saidText, values: next });
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    change({ ...values, after: '' });
  };
  const clear = (): void => {
    const none = Object.fromEntries(filters.map(({ name }) => [name, '']));
    setValues(none);
    change({ ...none, after: '' });
  };
  return (
    <form onSubmit={apply} className="flex flex-wrap items-end gap-2">
      {filters.map(({ name, label, options, isNarrowOnly }) => (
        <InputField
          key={name}
          input={{ name, label, ...(options === undefined ? {} : { options, none: 'any' }) }}
          value={values[name] ?? ''}
          onChange={(value) => setValues({ ...values, [name]: value })}
          className={isNarrowOnly === true ? 'w-40 md:hidden' : 'w-40'}
        />
      ))}
      <Button type="submit" look="primary">
        Show
      </Button>
      <Button onClick={clear}>Clear</Button>
    </form>
  );
}
