import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../../api/client.ts';
import { organisationsCreate, teamsCreate, usersCreate } from '../../api/gen/index.ts';
import { givenIn } from '../../ui/changes.ts';
import { FormDialog, type Input, type Values } from '../../ui/form-dialog.tsx';
import { listIn } from '../../ui/text-lists.ts';
import type { Payer } from './payer.ts';

const creates = { users: usersCreate, teams: teamsCreate, organisations: organisationsCreate } as const;

interface NewPayerProps extends Pick<Payer, 'collection'> {
  readonly title: string;
  readonly inputs: readonly Input[];
  readonly onClose: () => void;
}

/** Makes a user, a team or an organisation, and goes to its page. */
export function NewPayer({ collection, title, inputs, onClose }: NewPayerProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = async ({ tags = '', ...values }: Values): Promise<void> => {
    const body = { ...givenIn(values), ...(tags === '' ? {} : { tags: listIn(tags) }) } as never;
    const made = await ask<{ readonly id?: string | null }>(creates[collection]({ body }));
    await queries.invalidateQueries({ queryKey: [collection] });
    await navigate({ to: `/${collection}/${made.id}` });
  };
  return <FormDialog {...{ title, inputs, onClose }} action="Create" onSubmit={create} />;
}
