import type { ProfileSeals } from '../ports.ts';
import { sealProfile } from './sealed-profile.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** Seals profiles under the users' subject keys. */
export function createProfileSeals(subjectKeys: SubjectKeys): ProfileSeals {
  return {
    async seal(userId, profile) {
      return sealProfile(await subjectKeys.take(userId), userId, profile);
    },
    async sealAgain(userId, profile) {
      const subjectKey = await subjectKeys.find(userId);
      return subjectKey && sealProfile(subjectKey, userId, profile);
    },
  };
}
