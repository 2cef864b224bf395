import type { Message } from '@bufbuild/protobuf';
import type { Kind } from '#registry/kinds.ts';
import type { YamlItem } from './yaml-items.ts';

/** A resource of a policy file. */
export interface PolicyEntry {
  readonly kind: Kind;
  /** Empty: it is found by its name. */
  readonly id: string;
  /** What it is called in the file, for people: its id, its name or its e-mail. */
  readonly label: string;
  readonly line: number;
  /** Its references by name and its secrets are still to be filled in. */
  readonly message: Message;
  /** The fields that the file names, as the description does. */
  readonly fields: readonly string[];
  readonly references: readonly Reference[];
  readonly secrets: readonly Secret[];
}

/** A field that holds another resource's name in place of its id. */
export interface Reference {
  /** The properties of the message that lead to the id. */
  readonly path: readonly string[];
  readonly kind: Kind;
  readonly name: string;
  readonly line: number;
}

/** A field whose value is kept elsewhere. */
export interface Secret {
  /** In the description. */
  readonly field: string;
  readonly property: string;
  /** "env:NAME" or "file:PATH". */
  readonly reference: string;
  readonly line: number;
}

/** What a field holds until its reference is looked up: an id as any other. */
export const UNRESOLVED_ID = 'by-name';

export type Place = Pick<YamlItem, 'lineOf'>;
