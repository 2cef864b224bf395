import * as fields from '#contracts/admin-fields.ts';

/** Values of a field at its bounds, and just beyond: taken and refused alike by the ingress and by accounts. */
interface FieldCases<Field, Value> {
  readonly field: Field;
  readonly taken: readonly Value[];
  readonly refused: readonly Value[];
}

/** Every text an operator writes but for the e-mail address, which is more than a text. */
export const textCases: readonly FieldCases<fields.TextField, string>[] = [
  fields.userName,
  fields.creditReason,
  fields.keyName,
  fields.userId,
  fields.idempotencyKey,
].map((field) => ({
  field,
  taken: ['x', 'x'.repeat(field.charsMax), ...(field.isAscii ? [] : ['ß 漢字 👩‍💻'])],
  refused: ['  ', 'x'.repeat(field.charsMax + 1), 'a\u0000b', 'a\nb', 'half \ud800', ...(field.isAscii ? ['ß'] : [])],
}));

const addressOf = (chars: number): string => `ada@${'x'.repeat(chars - 'ada@'.length)}`;

export const emailCases: FieldCases<fields.TextField, string> = {
  field: fields.email,
  taken: ['a@b', addressOf(fields.email.charsMax)],
  refused: [
    'ada',
    '@example.com',
    'a b@example.com',
    'a@b@c',
    'a@b\u0000',
    '\ud800@example.com',
    addressOf(fields.email.charsMax + 1),
  ],
};

/** For a multiplier, in basis points. */
export const countCases: readonly FieldCases<fields.CountField, number>[] = [
  fields.requestsPerMinute,
  fields.multiplier,
].map((field) => ({
  field,
  taken: [field.min, field.max],
  refused: [field.min - 1, field.max + 1, -field.max],
}));

export const creditCases: FieldCases<typeof fields.creditAmount, bigint> = {
  field: fields.creditAmount,
  taken: [fields.creditAmount.minNanoUsd, fields.creditAmount.maxNanoUsd],
  refused: [fields.creditAmount.minNanoUsd - 1n, fields.creditAmount.maxNanoUsd + 1n, -1n],
};
