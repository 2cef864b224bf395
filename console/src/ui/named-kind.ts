import type { ReactNode } from 'react';
import type { Answered } from '../api/client.ts';
import type { Role } from '../api/session.ts';
import type { Values } from './form-dialog.tsx';
import type { Input } from './input-field.tsx';

interface OfOne {
  readonly path: { readonly id: string };
}

/** Where a change is sent: what the form or the JSON says, for the version that was looked at. */
interface Setting extends OfOne {
  /** The gateway checks it. */
  readonly body: never;
  readonly headers: { readonly 'If-Match'?: string };
}

/** A kind of resource that people name: how they fill it in, and by which operations of the generated client it is kept. */
export interface NamedKind<T extends object> {
  /** As people call one: "model". */
  readonly what: string;
  /** Who may change it. */
  readonly roles: readonly Role[];
  /** Keys of the queries that have to be asked anew after a change. */
  readonly reads: readonly string[];
  /** It holds what is never shown again, such as a provider's key: a change of it is not taken back from what was shown. */
  readonly hasSecrets?: boolean;
  /** What comes of deleting one. */
  readonly consequence: string;
  /** Of the field with its name, where that is not "Name". */
  readonly nameLabel?: string;
  readonly nameHint?: string;
  readonly inputs: readonly Input[];
  /** What stands above the form. */
  readonly lead?: ReactNode;
  /** The button's word where it is not "Save". */
  readonly action?: string;
  /** What the form begins with. */
  initialOf(resource: T | undefined): Values;
  /** What the form says; what it has no field for stays. Throws an `Error` where a text cannot be read. */
  fieldsOf(values: Values, resource: T | undefined): object;
  get(asked: OfOne & { readonly signal?: AbortSignal }): Promise<Answered<T>>;
  set(asked: Setting): Promise<Answered<unknown>>;
  remove(asked: OfOne): Promise<Answered<unknown>>;
}
