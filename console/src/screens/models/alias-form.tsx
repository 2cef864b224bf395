import { useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Alias, type AliasInput, aliasesSet } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { strategies } from './strategies.ts';
import { readNames } from './targets-text.ts';

const inputs = [
  {
    name: 'models',
    label: 'Models',
    isLong: true,
    isRequired: true,
    hint: 'Tried in this order; a line each. A * stands for what the * of the name stands for.',
  },
  {
    name: 'strategy',
    label: 'Strategy',
    options: strategies,
    none: 'the usual one',
    hint: 'How its requests are spread over the models',
  },
] as const;

/** Another name for a model, or for several that are tried in their order. */
export function AliasForm({ alias, onClose }: { readonly alias: Alias | undefined; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const { id = alias?.id ?? '', models = '', strategy = '' } = values;
    const body = { models: readNames(models), ...(strategy === '' ? {} : { strategy }) } as AliasInput;
    await ask(aliasesSet({ path: { id }, body, headers: alias === undefined ? isNew : {} }));
    await queries.invalidateQueries({ queryKey: ['models'] });
    onClose();
  };
  const name = { name: 'id', label: 'Name', isRequired: true, hint: 'As clients write it; may hold one *' };
  return (
    <FormDialog
      title={alias === undefined ? 'New alias' : `The alias ${alias.id}`}
      action={alias === undefined ? 'Create' : 'Save'}
      inputs={[...(alias === undefined ? [name] : []), ...inputs]}
      initial={{ models: (alias?.models ?? []).join('\n'), strategy: alias?.strategy ?? '' }}
      onSubmit={save}
      onClose={onClose}
    />
  );
}

/** What is there already is not replaced unseen. */
const isNew = { 'If-Match': '"0"' };
