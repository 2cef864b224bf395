import type { AnswerDecoder, ProviderError } from '#ai/answer-decoder.ts';
import { createTranslatedVectors } from '#ai/embed/translated-vectors.ts';
import { untakenFields } from '#ai/field-rules.ts';
import {
  type Addressed,
  type AnswerContext,
  type Encoded,
  type ErrorHeaders,
  type Format,
  type FormatName,
  type FrontFormat,
  NoPlace,
  type Target,
} from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { asksForUsage } from '#ai/formats/openai-chat/ask.ts';
import { framedDecoder } from '#ai/framing/framed-decoder.ts';
import type { FramingName } from '#ai/framing/framing.ts';
import type { Operation } from '#ai/operation.ts';
import { enveloped } from '#ai/providers/envelope.ts';
import { taggedAnswer } from '#ai/thoughts/tagged-answer.ts';
import { canTranslate, openTranslation } from '#ai/translate/translation.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { ProviderConfig } from '../config.ts';
import type { ProviderPost } from '../ports.ts';
import type { AskedForm } from './asked-form.ts';

/** A request as one provider takes it, and what reads its answer for the client. */
export interface PreparedCall {
  readonly kind: 'prepared';
  /** The format that the provider is spoken to in. */
  readonly format: Format;
  /** It is the client's own: documents are passed on as they are. */
  readonly isRaw: boolean;
  readonly post: ProviderPost;
  /** The client's fields that were left out. */
  readonly dropped: readonly string[];
  openDecoder(): AnswerDecoder;
  readError(status: number, document: JsonObject | null, text: string, headers?: ErrorHeaders): ProviderError;
}

export type Preparation = PreparedCall | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * The request for a candidate: the client's own bytes where the provider speaks its format, else in the first of the
 * provider's formats that it can be translated into. Refused where the provider cannot do what it asks for.
 */
export function prepareCall(
  asked: AskedForm,
  provider: Pick<ProviderConfig, 'name' | 'spoken'>,
  model: string,
  outputTokensMax: number = asked.request.outputTokensMax,
): Preparation {
  const { request, format } = asked;
  const { formats } = provider.spoken;
  const { stream, dropsUnplaced } = request;
  const isRaw = formats.includes(format.name);
  const spoken = isRaw ? format : translatable(formats, request.operation, format);
  if (spoken === undefined) {
    return refused(request, `'${provider.name}' speaks no format that ${format.name} can be translated into.`);
  }
  const rules = provider.spoken.rulesIn(spoken.name, model);
  const target: Target = { model, stream, outputTokensMax, rules, dropsUnplaced };
  try {
    if (isRaw) return withThoughts(asked, raw(asked, provider, target));
    if (spoken.embed !== undefined) return embedded(asked, provider, target, spoken);
    return withThoughts(asked, translated(asked, provider, target, spoken));
  } catch (thrown) {
    if (thrown instanceof NoPlace) return noPlace(asked, thrown, `${provider.name}/${model}`);
    if (thrown instanceof Fault) return { kind: 'refused', refusal: thrown.refusal };
    throw thrown;
  }
}

function translatable(names: readonly FormatName[], operation: Operation, to: FrontFormat): Format | undefined {
  for (const name of names) {
    const from = formatTable[name];
    if (from.operation === operation && canTranslate(from, to)) return from;
  }
  return undefined;
}

/** Sealed thoughts of the answer say who made them, and the client is told of those that were left out of its request. */
function withThoughts({ request, leftOut = [], tag }: AskedForm, call: PreparedCall): PreparedCall {
  if (tag === undefined) return call;
  const { format, stream } = request;
  const tagging = { format, stream, tag: () => tag(call.format.name) };
  return {
    ...call,
    dropped: [...leftOut, ...call.dropped],
    openDecoder: () => taggedAnswer(call.openDecoder(), tagging),
  };
}

type Called = Pick<ProviderConfig, 'name' | 'spoken'>;

function raw({ request, format }: AskedForm, provider: Called, target: Target): PreparedCall {
  const { rules } = target;
  const body = format.client.patch(request.body, request.parsedBody, target);
  const { stream, tellsCost } = request;
  const isUsageHidden = stream && !asksForUsage(request.parsedBody);
  const isBatch = format.client.isBatch?.(request.parsedBody);
  const { framing, ...call } = prepared(request, format, provider, { ...target, isBatch }, body);
  return {
    ...call,
    isRaw: true,
    // A field that was not to be left out has thrown.
    dropped: [
      ...untakenFields(rules, request.parsedBody).map(({ field }) => field),
      ...(format.client.dropped?.(request.parsedBody, target) ?? []),
    ],
    openDecoder: () => framedDecoder(format.client.openTap({ stream, rules, isUsageHidden, tellsCost }), framing),
  };
}

function translated(asked: AskedForm, provider: Called, target: Target, spoken: Format): PreparedCall {
  const { request, format } = asked;
  const encoded = spoken.client.encode?.(asked.canonical(), target);
  if (encoded === undefined) throw new Error(`${spoken.name} encodes nothing`);
  const { stream } = request;
  const { framing, ...call } = prepared(request, spoken, provider, target, Buffer.from(encoded.body));
  const openDecoder = (): AnswerDecoder =>
    openTranslation({
      from: spoken,
      to: format,
      stream,
      reading: readingOf(encoded, target),
      context: contextOf(request, target),
    });
  return {
    ...call,
    isRaw: false,
    dropped: encoded.dropped,
    openDecoder: () => framedDecoder(openDecoder(), framing),
  };
}

/** Vectors of a provider for a client of another format. */
function embedded(asked: AskedForm, provider: Called, target: Target, spoken: Format): PreparedCall {
  const { request, format } = asked;
  const [from, to] = [spoken.embed, format.embed];
  if (from === undefined || to === undefined) throw new Error(`${spoken.name} has no embeddings for ${format.name}`);
  const canonical = asked.canonicalEmbed();
  const { body, dropped, isBatch } = from.encode(canonical, target);
  const { framing, ...call } = prepared(request, spoken, provider, { ...target, isBatch }, Buffer.from(body));
  const answered = { from, to, client: spoken.client, rules: target.rules.usage, count: canonical.inputs.length };
  const context = contextOf(request, target);
  const openDecoder = () => framedDecoder(createTranslatedVectors({ ...answered, context }), framing);
  return { ...call, isRaw: false, dropped, openDecoder };
}

function contextOf(request: CompleteRequest, target: Target): AnswerContext {
  const { requestId, parsedBody: body } = request;
  return { model: modelAsked(request, target), requestId, body, nowS: Math.floor(Date.now() / 1000) };
}

function readingOf({ notes }: Encoded, { rules, model }: Target) {
  return { rules, notes, model };
}

/** The model as the client named it. */
function modelAsked({ parsedBody }: CompleteRequest, { model }: Target): string {
  const asked = parsedBody['model'];
  return typeof asked === 'string' ? asked : model;
}

function prepared(
  request: CompleteRequest,
  format: Format,
  { spoken }: Called,
  target: Target & Pick<Addressed, 'isBatch'>,
  body: Buffer,
) {
  const { name, client } = format;
  const envelope = spoken.envelopeOf(name);
  const headers = client.headers(name === request.format ? request.headers : {}, target.rules);
  const addressed: Addressed = { model: target.model, isStream: target.stream, isBatch: target.isBatch };
  return {
    kind: 'prepared',
    format,
    post: {
      path: (envelope ?? client).path(spoken.modelPathOf(name, target.model), addressed),
      ...(envelope === null ? { headers, body } : enveloped(envelope, headers, body)),
      auth: spoken.authOf(name),
      requestId: request.requestId,
      isStream: request.stream,
    },
    readError: client.readError,
    framing: framingOf(target, envelope?.framing ?? client.framing),
  } as const;
}

/** A whole answer is a document, however the provider frames its streams. */
function framingOf({ stream }: Target, framing: FramingName = 'sse'): FramingName {
  return stream ? framing : 'sse';
}

function refused({ format }: CompleteRequest, why: string): Preparation {
  return {
    kind: 'refused',
    refusal: { code: 'invalid_request', message: `${why} Use another endpoint than ${format}'s.` },
  };
}

/** The client reads its own name of what has no place. */
function noPlace(asked: AskedForm, { what, why }: NoPlace, target: string): Preparation {
  const param = asked.spellingOf(what);
  const message = `'${param}' has no place at ${target}: ${why}`;
  return { kind: 'refused', refusal: { code: 'invalid_request', message, param } };
}
