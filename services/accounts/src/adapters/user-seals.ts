import { create, equals } from '@bufbuild/protobuf';
import { type User, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Logger } from '#telemetry/logger.ts';
import type { UserSeals } from '../ports.ts';
import { sealedPartFromText, sealedPartOf, sealedPartToText, withSealedPart } from './sealed-fields.ts';
import { openText, sealText } from './sealed-text.ts';
import type { SubjectKeys } from './subject-keys.ts';

const nothing = create(UserSchema);

/** Seals personal data under the users' subject keys. */
export function createUserSeals(subjectKeys: SubjectKeys, logger: Pick<Logger, 'error'>): UserSeals {
  return {
    async open(user) {
      if (user.sealed === '') return user;
      return openUser(user, await subjectKeys.find(user.id), logger);
    },

    async seal(user, before) {
      const part = sealedPartOf(user);
      const sealed = withSealedPart(user, nothing);
      const earlier = before === undefined ? nothing : sealedPartOf(before);
      // What did not change is not sealed anew, so that of a forgotten person nothing is remembered by another change.
      if (before !== undefined && equals(UserSchema, part, earlier)) return { ...sealed, sealed: before.sealed };
      return { ...sealed, sealed: sealText(await subjectKeys.take(user.id), user.id, sealedPartToText(part)) };
    },
  };
}

/** A user with its sealed fields; they stay empty where the person is forgotten. */
export function openUser(user: User, subjectKey: Buffer | undefined, logger: Pick<Logger, 'error'>): User {
  if (subjectKey === undefined || user.sealed === '') return user;
  const text = openText(subjectKey, user.id, user.sealed);
  // One bad row must not keep an operator from reading the others.
  if (text === undefined) logger.error({ userId: user.id }, 'sealed personal data does not open under its key');
  return text === undefined ? user : withSealedPart(user, sealedPartFromText(text));
}
