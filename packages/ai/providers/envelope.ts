import type { JsonObject } from '#kernel/json.ts';
import type { Addressed } from '../format.ts';
import type { FramingName } from '../framing/framing.ts';
import { type FieldChange, spliceFields } from '../json/splice-fields.ts';

/**
 * How a provider takes a format at a door of its own: a cloud that has another company's models says some of a request in its URL, and
 * frames its streams in its own way.
 */
export interface Envelope {
  /** The URL path after the base URL's own; absent: the format's. */
  path(basePath: string, addressed: Addressed): string;
  /** Fields of the body that the URL says here. */
  readonly removed: readonly string[];
  /** Fields that the body has here. */
  readonly put: Readonly<Record<string, unknown>>;
  /** Headers of the format's that the body says here: the field of each, which lists what stands between commas. */
  readonly listedInBody: Readonly<Record<string, string>>;
  /** Headers of the format's that are not sent. */
  readonly removedHeaders: readonly string[];
  readonly framing: FramingName;
}

/** Every envelope that a provider's row can name. */
export const envelopes = {
  /** Bedrock's InvokeModel, whose body is that of the model's maker. */
  'bedrock-invoke': {
    removed: ['model', 'stream'],
    listedInBody: { 'anthropic-beta': 'anthropic_beta' },
    removedHeaders: ['anthropic-version'],
    path: (basePath, { model, isStream }) =>
      `${basePath}/model/${encodeURIComponent(model)}/${isStream ? 'invoke-with-response-stream' : 'invoke'}`,
    put: { anthropic_version: 'bedrock-2023-05-31' },
    framing: 'aws-invoke-chunks',
  },
  /** Vertex AI's raw prediction, below the address of the publisher. */
  'vertex-raw-predict': {
    removed: ['model'],
    // Features go by Anthropic's own header here (Claude Code's gateway protocol, `rawPredict`).
    listedInBody: {},
    removedHeaders: ['anthropic-version'],
    path: (basePath, { model, isStream }) =>
      `${basePath}/models/${encodeURIComponent(model)}:${isStream ? 'streamRawPredict' : 'rawPredict'}`,
    put: { anthropic_version: 'vertex-2023-10-16' },
    framing: 'sse',
  },
} as const satisfies Record<string, Envelope>;

export type EnvelopeName = keyof typeof envelopes;

/** A request's headers and body as they go into an envelope. `body` is JSON. */
export function enveloped(
  envelope: Envelope,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer } {
  const changes = new Map<string, FieldChange>();
  for (const name of envelope.removed) changes.set(name, { kind: 'remove' });
  for (const [name, value] of Object.entries(envelope.put))
    changes.set(name, { kind: 'put', json: JSON.stringify(value) });
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const field = envelope.listedInBody[name];
    if (field !== undefined) changes.set(field, { kind: 'put', json: JSON.stringify(listed(value)) });
    else if (!envelope.removedHeaders.includes(name)) kept[name] = value;
  }
  return { headers: kept, body: spliceFields(body, JSON.parse(body.toString()) as JsonObject, changes) };
}

function listed(value: string): readonly string[] {
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
