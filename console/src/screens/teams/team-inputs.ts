import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { organisationsList, teamsList } from '../../api/gen/index.ts';
import type { Suggestion } from '../../ui/field.tsx';
import type { Input } from '../../ui/form-dialog.tsx';
import { strategies } from '../models/strategies.ts';

/** How many are offered by name; of more than that, one gives the id. */
const OFFERED_MAX = 1_000;

/** What a team is made of, beside its balance. */
export function useTeamInputs(): readonly Input[] {
  const { data } = useQuery({
    queryKey: ['organisations', 'offered'],
    queryFn: ({ signal }) => ask(organisationsList({ query: { limit: OFFERED_MAX }, signal })),
  });
  return [
    { name: 'name', label: 'Name', isRequired: true },
    {
      name: 'organisation_id',
      label: 'Organisation',
      hint: 'Its id; empty: none. It pays for teams that were never given credit',
      suggestions: suggestionsOf(data?.data),
    },
    { name: 'tags', label: 'Tags', hint: 'Commas between them' },
    { name: 'strategy', label: 'Strategy', options: strategies, none: "the setting's" },
  ];
}

/** Teams that can be chosen. */
export function useTeamSuggestions(): readonly Suggestion[] {
  const { data } = useQuery({
    queryKey: ['teams', 'offered'],
    queryFn: ({ signal }) => ask(teamsList({ query: { limit: OFFERED_MAX }, signal })),
  });
  return suggestionsOf(data?.data);
}

interface Named {
  readonly id?: string | null;
  readonly name?: string | null;
}

export function suggestionsOf(list: readonly Named[] | undefined): readonly Suggestion[] {
  return (list ?? []).map(({ id, name }) => ({ value: id ?? '', label: name ?? '' }));
}
