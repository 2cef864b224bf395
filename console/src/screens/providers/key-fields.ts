import type { Input, Values } from '../../ui/form-dialog.tsx';

/** A key of a provider or of one of its accounts: where it is found, or itself, which is kept sealed and never shown. */
export function keyInputs(none: string): readonly Input[] {
  return [
    {
      name: 'api_key_ref',
      label: 'Key by reference',
      hint: 'env:OPENAI_API_KEY or file:/run/secrets/providers/openai',
    },
    { name: 'api_key', label: 'Or the key itself', type: 'password', hint: `Kept sealed, and never shown. ${none}` },
  ];
}

/** A reference that was emptied is taken away; a key that was not given stays. */
export function keyOf({ api_key_ref = '', api_key = '' }: Values): {
  readonly api_key_ref: string | undefined;
  readonly api_key?: string;
} {
  return { api_key_ref: api_key_ref || undefined, ...(api_key === '' ? {} : { api_key }) };
}
