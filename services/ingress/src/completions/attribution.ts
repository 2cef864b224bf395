import type { IncomingHttpHeaders } from 'node:http';
import { isTag } from '#admin-api/formats.ts';
import { type Attribution, noAttribution } from '#contracts/quota.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { asObject, type JsonObject, parseObject } from '#kernel/json.ts';

/** As many as an administrator may give a user. */
const TAGS_MAX = 20;
/** As OpenAI bounds the metadata of a request. */
const METADATA_MAX = 16;
const NAME_MAX_CHARACTERS = 64;
const VALUE_MAX_CHARACTERS = 512;
const ID_MAX_CHARACTERS = 128;

const ID = /^[\x21-\x7e]+$/;

const TAGS_HEADER = 'x-gateway-tags';
const METADATA_HEADER = 'x-gateway-metadata';
/** The first one that is there counts. Coding agents name their sessions of their own accord. */
const sessionHeaders = ['x-gateway-session-id', 'x-claude-code-session-id', 'session_id', 'session-id'];
const agentHeaders = ['x-gateway-agent-id', 'x-claude-code-agent-id'];
/** Codex' own: its main thread has the session's id, and each sub-agent one of its own. */
const THREAD_HEADER = 'thread-id';
/** Claude Code's sub-agents say who began them: an entry of the metadata. */
const PARENT_HEADER = 'x-claude-code-parent-agent-id';
const PARENT_ENTRY = 'parent_agent_id';

/**
 * Whom or what a request is for, as its client says: by headers, or by `metadata` in the body (`tags`, `session_id`, `agent_id`
 * and others). A header wins. Throws a `Fault` for one of the gateway's own headers that cannot be read; what the body or
 * another program's header has of a shape that is not taken is left out, since it was not meant for the gateway. So is
 * `user_id`, Anthropic's name for the end user.
 */
export function attributionOf(headers: IncomingHttpHeaders, body: JsonObject): Attribution {
  const inBody = asObject(body['metadata']);
  const hasOwn = TAGS_HEADER in headers || METADATA_HEADER in headers;
  const sessionId = idIn(headers, sessionHeaders);
  const agentId = idIn(headers, agentHeaders) || threadIn(headers, sessionId);
  const parent = idOf(String(headers[PARENT_HEADER] ?? ''));
  if (inBody === null && !hasOwn && sessionId === '' && agentId === '') return noAttribution;
  const { user_id: _endUser, ...kept } = metadataOf(inBody);
  const metadata: Record<string, string> = {
    ...kept,
    ...(parent !== '' && { [PARENT_ENTRY]: parent }),
    ...metadataIn(headers),
  };
  return {
    tags: tagsIn(headers) ?? tagsOf(metadata['tags'] ?? ''),
    metadata,
    sessionId: sessionId || idOf(metadata['session_id']),
    agentId: agentId || idOf(metadata['agent_id']),
  };
}

function tagsIn(headers: IncomingHttpHeaders): readonly string[] | undefined {
  const given = headers[TAGS_HEADER];
  if (given === undefined) return undefined;
  const tags = splitTags(String(given));
  const odd = tags.find((tag) => !isTag(tag));
  if (odd !== undefined) {
    const words = `A tag in ${TAGS_HEADER} is up to 64 lower-case letters, digits and . _ - :`;
    throw new Fault(invalid(words, TAGS_HEADER));
  }
  if (tags.length > TAGS_MAX) throw new Fault(invalid(`${TAGS_HEADER} has at most ${TAGS_MAX} tags.`, TAGS_HEADER));
  return tags;
}

function tagsOf(text: string): readonly string[] {
  return splitTags(text)
    .filter((tag) => isTag(tag))
    .slice(0, TAGS_MAX);
}

function splitTags(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ''))];
}

function metadataIn(headers: IncomingHttpHeaders): Record<string, string> {
  const given = headers[METADATA_HEADER];
  if (given === undefined) return {};
  const object = parseObject(String(given));
  const metadata = metadataOf(object);
  if (object === null || Object.keys(metadata).length < Object.keys(object).length) {
    const words = `${METADATA_HEADER} is a JSON object of at most ${METADATA_MAX} texts, with names of ${NAME_MAX_CHARACTERS} and texts of ${VALUE_MAX_CHARACTERS} characters.`;
    throw new Fault(invalid(words, METADATA_HEADER));
  }
  return metadata;
}

/** The entries that are kept: short texts. */
function metadataOf(object: JsonObject | null): Record<string, string> {
  const metadata: Record<string, string> = {};
  let entries = 0;
  for (const name in object) {
    const value = object[name];
    const isKept =
      typeof value === 'string' && name.length <= NAME_MAX_CHARACTERS && value.length <= VALUE_MAX_CHARACTERS;
    if (!isKept || entries === METADATA_MAX) continue;
    metadata[name] = value;
    entries += 1;
  }
  return metadata;
}

function idIn(headers: IncomingHttpHeaders, names: readonly string[]): string {
  const name = names.find((each) => headers[each] !== undefined);
  if (name === undefined) return '';
  const id = idOf(String(headers[name]));
  if (id === '' && name.startsWith('x-gateway-')) {
    throw new Fault(invalid(`${name} is up to ${ID_MAX_CHARACTERS} characters without blanks.`, name));
  }
  return id;
}

/** A thread of Codex beside the session's own; empty: there is none. */
function threadIn(headers: IncomingHttpHeaders, sessionId: string): string {
  const thread = idOf(String(headers[THREAD_HEADER] ?? ''));
  return sessionId === '' || thread === sessionId ? '' : thread;
}

function idOf(text: string | undefined): string {
  return text !== undefined && text.length <= ID_MAX_CHARACTERS && ID.test(text) ? text : '';
}
