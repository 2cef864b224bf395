import type { ChatRequest } from '#ai/chat/chat-request.ts';
import type { EmbedRequest } from '#ai/embed/embed-request.ts';
import type { FormatName, FrontFormat } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import type { CompleteRequest } from '#contracts/router.ts';

/** Stands for the model of a request whose URL named it: it was found before. */
const MODEL_IN_URL = 'admitted';

/** A client's request, with its canonical form for all candidates that need it. */
export interface AskedForm {
  readonly request: CompleteRequest;
  readonly format: FrontFormat;
  /** Throws a `Fault` that names the field where the request has none. */
  readonly canonical: () => ChatRequest;
  /** The same of a request for embeddings. */
  readonly canonicalEmbed: () => EmbedRequest;
  /** Whether the client itself names a bound of its answer. */
  readonly namesBound: () => boolean;
  /** What the client calls a setting, as far as the request was decoded. */
  readonly spellingOf: (setting: string) => string;
  /** What was left out of the client's request; absent: nothing. */
  readonly leftOut?: readonly string[] | undefined;
  /** What stands before sealed thoughts of an answer, by the format that its provider is spoken to in; absent: nothing does. */
  readonly tag?: ((spoken: FormatName) => string) | undefined;
}

export function askedFormOf(request: CompleteRequest): AskedForm {
  const format = formatTable[request.format];
  let decoded: ChatRequest | null = null;
  let embedding: EmbedRequest | null = null;
  return {
    request,
    format,
    canonical() {
      // Parsed once more: numbers that are not the gateway's keep their digits.
      decoded ??= format.server.decode?.(parseObjectKeptDigits(request.body.toString()) ?? request.parsedBody) ?? null;
      if (decoded === null) throw new Error(`${format.name} is only ever passed on as it is`);
      return decoded;
    },
    canonicalEmbed() {
      embedding ??= format.embed?.decode(request.parsedBody) ?? null;
      if (embedding === null) throw new Error(`${format.name} has no embeddings`);
      return embedding;
    },
    namesBound() {
      const read = format.server.ask(request.parsedBody, request.body.length, {
        model: MODEL_IN_URL,
        isStream: request.stream,
      });
      return 'refusal' in read || read.asked.outputTokensRequested > 0;
    },
    spellingOf(setting) {
      const names: Readonly<Record<string, string>> | undefined = (decoded ?? embedding)?.spelling;
      return names?.[setting] ?? setting;
    },
  };
}
