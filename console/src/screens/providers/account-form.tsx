import type { ProviderAccount, ProviderAccountInput } from '../../api/gen/index.ts';
import { FormDialog, type Input, type Values } from '../../ui/form-dialog.tsx';
import { keyInputs, keyOf } from './key-fields.ts';

const numbers = [
  ['weight', 'Weight', "Its share among the provider's accounts; empty: 1"],
  ['requests_per_minute', 'Requests a minute', 'What the provider lets it use; empty: not known'],
  ['tokens_per_minute', 'Tokens a minute', 'The same, of tokens'],
  ['concurrency_max', 'Calls at a time', "Empty: the provider's"],
] as const;

const inputs: readonly Input[] = [
  ...keyInputs("Empty: the one that is there stays; else the provider's"),
  ...numbers.map(([name, label, hint]) => ({ name, label, hint, type: 'number' })),
  { name: 'base_url', label: 'Address', type: 'url', hint: "Another resource or region; empty: the provider's" },
];

interface AccountFormProps {
  /** Absent: a new one. */
  readonly account: ProviderAccount | undefined;
  readonly onSave: (account: ProviderAccountInput) => Promise<void>;
  readonly onClose: () => void;
}

/** One of the keys of a provider, with its share and its limits. */
export function AccountForm({ account, onSave, onClose }: AccountFormProps) {
  const name: Input = { name: 'id', label: 'Name', isRequired: true, hint: 'Of this key, such as eu-2' };
  const save = (values: Values): Promise<void> =>
    onSave({
      ...(account as ProviderAccountInput | undefined),
      id: account?.id ?? values.id ?? '',
      ...keyOf(values),
      base_url: values.base_url || undefined,
      ...Object.fromEntries(numbers.map(([each]) => [each, Number(values[each] ?? '')])),
    });
  return (
    <FormDialog
      title={account === undefined ? 'New account' : `The account ${account.id}`}
      action={account === undefined ? 'Add' : 'Save'}
      inputs={account === undefined ? [name, ...inputs] : inputs}
      initial={initialOf(account)}
      onSubmit={save}
      onClose={onClose}
    />
  );
}

function initialOf(account: ProviderAccount | undefined): Values {
  return {
    api_key_ref: account?.api_key_ref ?? '',
    base_url: account?.base_url ?? '',
    ...Object.fromEntries(numbers.map(([name]) => [name, String(account?.[name] || '')])),
  };
}
