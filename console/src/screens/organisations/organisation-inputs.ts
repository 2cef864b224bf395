import type { Input } from '../../ui/form-dialog.tsx';

/** What an organisation is made of, beside its balance. */
export const organisationInputs: readonly Input[] = [
  { name: 'name', label: 'Name', isRequired: true },
  { name: 'time_zone', label: 'Time zone', hint: 'Of its limits: Europe/Berlin; empty: UTC' },
  { name: 'tags', label: 'Tags', hint: 'Commas between them' },
];
