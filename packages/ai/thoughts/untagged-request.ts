import type { JsonObject } from '#kernel/json.ts';
import type { FrontFormatName } from '../format.ts';
import { NO_SIGNATURE } from '../formats/gemini-generate/encode-contents.ts';
import { traitsOf } from '../formats/gemini-generate/model-traits.ts';
import { parseObjectKeptDigits } from '../json/parse-kept-digits.ts';
import { spliceFields } from '../json/splice-fields.ts';
import { writeJson } from '../json/write-json.ts';
import { readTag, TAG_BEGINS, type ThoughtTag, withoutTag } from './thought-tag.ts';
import { thoughtsAsked } from './thoughts-asked.ts';

export interface TaggedRequest {
  readonly format: FrontFormatName;
  readonly body: Buffer;
  readonly parsedBody: JsonObject;
}

/** A request as a provider may have it: without tags, and without the thoughts that it cannot read. */
export interface UntaggedRequest {
  readonly body: Buffer;
  readonly parsedBody: JsonObject;
  readonly leavesOut: boolean;
}

/** Whether a request may have tags: a search of bytes, and nothing is parsed. */
export function mayHaveTags({ format, body }: Pick<TaggedRequest, 'format' | 'body'>): boolean {
  return thoughtsAsked(format) !== undefined && body.includes(TAG_BEGINS);
}

/** The tags of a request's thoughts, in its order. Damaged ones are none. */
export function tagsOf({ format, parsedBody }: TaggedRequest): readonly ThoughtTag[] {
  const asked = thoughtsAsked(format);
  const tags: ThoughtTag[] = [];
  asked?.take(
    parsedBody[asked.field],
    (sealed) => {
      const tag = readTag(sealed);
      if (tag) tags.push(tag);
      return sealed;
    },
    undefined,
  );
  return tags;
}

/**
 * `canRead`: whether the provider's account can read thoughts of a tag. Thoughts without a tag stay: the gateway did not hand them
 * out. Bytes outside of the conversation stay as they are.
 */
export function untaggedRequest(
  { format, body, parsedBody }: TaggedRequest,
  model: string,
  canRead: (tag: ThoughtTag) => boolean,
): UntaggedRequest {
  const asked = thoughtsAsked(format);
  const kept = asked === undefined ? undefined : parseObjectKeptDigits(body.toString())?.[asked.field];
  if (asked === undefined || !Array.isArray(kept)) return { body, parsedBody, leavesOut: false };
  let leavesOut = false;
  let hasTags = false;
  const take = (sealed: string): string | null => {
    const tag = readTag(sealed);
    if (tag === undefined) return sealed;
    hasTags = true;
    if (tag !== null && canRead(tag)) return withoutTag(sealed, tag);
    leavesOut = true;
    return null;
  };
  const unsigned = traitsOf(model).needsSignatures ? NO_SIGNATURE : undefined;
  const taken = asked.take(kept, take, unsigned);
  if (!hasTags) return { body, parsedBody, leavesOut };
  const fields = { [asked.field]: asked.take(parsedBody[asked.field], take, unsigned) };
  const changes = new Map([[asked.field, { kind: 'put', json: writeJson(taken) } as const]]);
  return { body: spliceFields(body, parsedBody, changes), parsedBody: { ...parsedBody, ...fields }, leavesOut };
}
