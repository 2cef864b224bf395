import type { AnswerDecoder, ProviderError } from '#ai/answer-decoder.ts';
import type { ChatRequest } from '#ai/chat/chat-request.ts';
import { untakenFields } from '#ai/field-rules.ts';
import {
  type Addressed,
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
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import type { Operation } from '#ai/operation.ts';
import { enveloped } from '#ai/providers/envelope.ts';
import { canTranslate, openTranslation } from '#ai/translate/translation.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { ProviderConfig } from '../config.ts';
import type { ProviderPost } from '../ports.ts';

/** Stands for the model of a request whose URL named it: it was found before. */
const MODEL_IN_URL = 'admitted';

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

/** A client's request, with its canonical form for all candidates that need it. */
export interface AskedForm {
  readonly request: CompleteRequest;
  readonly format: FrontFormat;
  /** Throws a `Fault` that names the field where the request has none. */
  readonly canonical: () => ChatRequest;
  /** Whether the client itself names a bound of its answer. */
  readonly namesBound: () => boolean;
  /** What the client calls a setting, as far as the request was decoded. */
  readonly spellingOf: (setting: string) => string;
}

export function askedFormOf(request: CompleteRequest): AskedForm {
  const format = formatTable[request.format];
  let decoded: ChatRequest | null = null;
  return {
    request,
    format,
    canonical() {
      // Parsed once more: numbers that are not the gateway's keep their digits.
      decoded ??= format.server.decode?.(parseObjectKeptDigits(request.body.toString()) ?? request.parsedBody) ?? null;
      if (decoded === null) throw new Error(`${format.name} is only ever passed on as it is`);
      return decoded;
    },
    namesBound() {
      const read = format.server.ask(request.parsedBody, request.body.length, {
        model: MODEL_IN_URL,
        isStream: request.stream,
      });
      return 'refusal' in read || read.asked.outputTokensRequested > 0;
    },
    spellingOf: (setting) => (decoded?.spelling as Readonly<Record<string, string>> | undefined)?.[setting] ?? setting,
  };
}

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
    return isRaw ? raw(asked, provider, target) : translated(asked, provider, target, spoken);
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

type Called = Pick<ProviderConfig, 'name' | 'spoken'>;

function raw({ request, format }: AskedForm, provider: Called, target: Target): PreparedCall {
  const { rules } = target;
  const body = format.client.patch(request.body, request.parsedBody, target);
  const { stream, tellsCost } = request;
  const isUsageHidden = stream && !asksForUsage(request.parsedBody);
  const { framing, ...call } = prepared(request, format, provider, target, body);
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
  const { requestId, parsedBody: body, stream } = request;
  const { framing, ...call } = prepared(request, spoken, provider, target, Buffer.from(encoded.body));
  const openDecoder = (): AnswerDecoder =>
    openTranslation({
      from: spoken,
      to: format,
      stream,
      reading: readingOf(encoded, target),
      context: { model: modelAsked(request, target), requestId, body, nowS: Math.floor(Date.now() / 1000) },
    });
  return {
    ...call,
    isRaw: false,
    dropped: encoded.dropped,
    openDecoder: () => framedDecoder(openDecoder(), framing),
  };
}

function readingOf({ notes }: Encoded, { rules, model }: Target) {
  return { rules, notes, model };
}

/** The model as the client named it. */
function modelAsked({ parsedBody }: CompleteRequest, { model }: Target): string {
  const asked = parsedBody['model'];
  return typeof asked === 'string' ? asked : model;
}

function prepared(request: CompleteRequest, format: Format, { spoken }: Called, target: Target, body: Buffer) {
  const { name, client } = format;
  const envelope = spoken.envelopeOf(name);
  const headers = client.headers(name === request.format ? request.headers : {}, target.rules);
  const addressed: Addressed = { model: target.model, isStream: target.stream };
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
