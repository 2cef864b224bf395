import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { fieldsVisible } from '#admin-api/field-options.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { type User, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';

/** The fields of a user that are in the log only sealed. */
const sealedFields = fieldsVisible(UserSchema, Visibility.SEALED);

/** A user of the sealed fields alone. */
export function sealedPartOf(user: User): User {
  const values = user as unknown as Record<string, unknown>;
  return create(UserSchema, Object.fromEntries(sealedFields.map(({ localName }) => [localName, values[localName]])));
}

/** The user with the sealed fields of another, and all others of its own. */
export function withSealedPart(user: User, part: User): User {
  const values = part as unknown as Record<string, unknown>;
  return { ...user, ...Object.fromEntries(sealedFields.map(({ localName }) => [localName, values[localName]])) };
}

/** The sealed fields as a text, to be encrypted. */
export function sealedPartToText(part: User): string {
  return JSON.stringify(toJson(UserSchema, part));
}

/** The sealed fields in a text that was decrypted. Of old logs: an array of name and e-mail. */
export function sealedPartFromText(text: string): User {
  const json = JSON.parse(text) as JsonValue;
  if (!Array.isArray(json)) return sealedPartOf(fromJson(UserSchema, json, { ignoreUnknownFields: true }));
  const [name, email] = json;
  return create(UserSchema, { name: String(name ?? ''), email: String(email ?? '') });
}
