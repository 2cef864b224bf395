import { useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Model, type ModelInput, modelsSet } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { writable } from '../../ui/writable.ts';
import { strategies } from './strategies.ts';
import { readNames, readTargets, targetsText } from './targets-text.ts';

type Values = Readonly<Record<string, string>>;

const inputs = [
  {
    name: 'targets',
    label: 'Targets',
    isLong: true,
    hint: 'A line each: provider/model weight=2 tier=1. Lower tiers are tried first. None: the providers that list it.',
  },
  { name: 'status', label: 'Status', options: ['active', 'disabled'] },
  {
    name: 'strategy',
    label: 'Strategy',
    options: strategies,
    none: 'the usual one',
    hint: 'How its requests are spread over the targets',
  },
  { name: 'fallbacks', label: 'Fallbacks', hint: 'Models that answer where it has not, with commas between them' },
  {
    name: 'output_tokens_default',
    label: 'Output tokens',
    hint: 'Where a client names no bound; empty: the setting’s',
  },
] as const;

/** Defines a model, or changes its definition; what the form does not have stays as it is. */
export function ModelForm({ model, onClose }: { readonly model: Model | undefined; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const save = async ({ id = model?.id ?? '', ...values }: Values): Promise<void> => {
    const body = { ...(model && writable(model)), ...fieldsOf(values) } as ModelInput;
    await ask(modelsSet({ path: { id }, body, headers: model === undefined ? isNew : {} }));
    await queries.invalidateQueries({ queryKey: ['models'] });
    onClose();
  };
  const name = {
    name: 'id',
    label: 'Name',
    isRequired: true,
    hint: 'As clients write it; * stands for any characters',
  };
  return (
    <FormDialog
      title={model === undefined ? 'New model' : `The model ${model.id}`}
      action={model === undefined ? 'Create' : 'Save'}
      inputs={[...(model === undefined ? [name] : []), ...inputs]}
      initial={initialOf(model)}
      onSubmit={save}
      onClose={onClose}
    />
  );
}

/** What is there already is not replaced unseen. */
const isNew = { 'If-Match': '"0"' };

function initialOf(model: Model | undefined): Values {
  return {
    targets: targetsText(model?.targets ?? []),
    status: model?.status ?? 'active',
    strategy: model?.strategy ?? '',
    fallbacks: (model?.fallbacks ?? []).join(', '),
    output_tokens_default: model?.output_tokens_default ? String(model.output_tokens_default) : '',
  };
}

function fieldsOf(values: Values): Partial<ModelInput> {
  const { targets = '', status = '', strategy = '', fallbacks = '', output_tokens_default = '' } = values;
  return {
    targets: readTargets(targets),
    fallbacks: readNames(fallbacks),
    output_tokens_default: Number(output_tokens_default),
    ...({ status, ...(strategy === '' ? { strategy: undefined } : { strategy }) } as Partial<ModelInput>),
  };
}
