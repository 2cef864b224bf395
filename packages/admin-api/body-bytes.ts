import { type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { fieldOptionsOf } from './field-options.ts';

/** What a character takes in UTF-8 at most, and more than JSON's escapes of quotes, backslashes and line ends take. */
const CHARACTER_MAX_BYTES = 3;

/** Room for all fields that are no long text. */
const OTHERS_MAX_BYTES = 64 * 1024;

/** What a message may take as JSON or protobuf, if each of its texts has as many characters as its description allows. */
export function bodyBytesOf({ fields }: DescMessage): number {
  let characters = 0;
  for (const field of fields) {
    if (field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING)
      characters += fieldOptionsOf(field).charsMax;
  }
  return characters * CHARACTER_MAX_BYTES + OTHERS_MAX_BYTES;
}
