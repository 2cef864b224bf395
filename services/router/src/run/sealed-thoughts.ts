import type { FormatName } from '#ai/format.ts';
import { isForUser, isMadeBy, type ThoughtMaker, type ThoughtTag, writeTag } from '#ai/thoughts/thought-tag.ts';
import { mayHaveTags, tagsOf, untaggedRequest } from '#ai/thoughts/untagged-request.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Deployment } from '../fleet/deployment.ts';
import { type AskedForm, askedFormOf } from './asked-form.ts';

/** What clients are told of thoughts that were left out, as of fields. */
const LEFT_OUT = 'sealed_thoughts';

type Way = Pick<Deployment, 'provider' | 'account' | 'model'>;

/** A request's sealed thoughts of earlier turns, by the tags that answers of the gateway put before them. */
export interface SealedThoughts {
  /** The request as a deployment may have it: without tags, and without thoughts that its account cannot read. */
  askedAt(way: Way): AskedForm;
  /** Whether the account made the last of the thoughts; undefined: the request has none of this user's. */
  readonly isMaker: ((way: Way) => boolean) | undefined;
}

export function sealedThoughtsOf(request: CompleteRequest): SealedThoughts {
  const { userId } = request;
  const makerAt = ({ provider, account }: Way): ThoughtMaker => ({ userId, provider, account });
  if (!mayHaveTags(request)) {
    const asked = askedFormOf(request);
    return { askedAt: (way) => ({ ...asked, tag: tagging(makerAt(way)) }), isMaker: undefined };
  }
  const last = tagsOf(request).findLast((tag) => isForUser(tag, userId));
  const forms = new Map<string, AskedForm>();
  return {
    askedAt(way) {
      const { provider, account, model } = way;
      const key = JSON.stringify([provider, account, model]);
      const known = forms.get(key);
      if (known !== undefined) return known;
      const maker = makerAt(way);
      const untagged = untaggedRequest(request, model, (tag) => canRead(tag, maker));
      const { body, parsedBody } = untagged;
      const asked = askedFormOf({ ...request, body, parsedBody });
      const form = { ...asked, leftOut: untagged.leavesOut ? [LEFT_OUT] : [], tag: tagging(maker) };
      forms.set(key, form);
      return form;
    },
    isMaker: last === undefined ? undefined : (way) => isMadeBy(last, makerAt(way)),
  };
}

function canRead(tag: ThoughtTag, maker: ThoughtMaker): boolean {
  return tag.isPortable ? isForUser(tag, maker.userId) : isMadeBy(tag, maker);
}

/**
 * Claude's signatures are good at every account and cloud:
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#thinking-encryption
 */
const portable: ReadonlySet<FormatName> = new Set(['anthropic-messages', 'bedrock-converse']);

function tagging(maker: ThoughtMaker): NonNullable<AskedForm['tag']> {
  return (spoken) => writeTag(maker, portable.has(spoken));
}
