import { useQueryClient } from '@tanstack/react-query';
import { ask, onlyNew } from '../../api/client.ts';
import { type LimitInput, limitsSet } from '../../api/gen/index.ts';
import { givenIn } from '../../ui/changes.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { countInputs, limitIdOf, subjectInputs } from './limit-inputs.ts';

/** Makes a limit, for the subject that the list shows. */
export function NewLimit({ onClose }: { readonly onClose: () => void }) {
  const [search] = useSearchState();
  const queries = useQueryClient();
  const create = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const { id = '', 'subject.kind': kind, 'subject.id': subjectId = '', ...rest } = values;
    const body = { ...givenIn(rest), subject: { kind, ...(subjectId === '' ? {} : { id: subjectId }) } };
    const path = { id: id === '' ? limitIdOf(values) : id };
    await ask(limitsSet({ path, body: body as unknown as LimitInput, headers: onlyNew }));
    await queries.invalidateQueries({ queryKey: ['limits'] });
    onClose();
  };
  return (
    <FormDialog
      title="New limit"
      action="Create"
      initial={{ 'subject.kind': search['subject_kind'] ?? '', 'subject.id': search['subject_id'] ?? '' }}
      inputs={[
        ...subjectInputs,
        ...countInputs,
        { name: 'id', label: 'Name of the limit', hint: 'Empty: it is made of the rest' },
      ]}
      onSubmit={create}
      onClose={onClose}
    />
  );
}
