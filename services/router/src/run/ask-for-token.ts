import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { newId } from '#kernel/ids.ts';
import { parseObject } from '#kernel/json.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import { adviceOfFault, adviceOfStatus } from '../domain/test-advice.ts';
import type { CallOutcome } from '../fleet/call-outcome.ts';
import { CallFault, type Provider, type ResponseHead } from '../ports.ts';
import { askedFormOf } from './asked-form.ts';
import { type PreparedCall, prepareCall } from './prepare-call.ts';
import { outcomeOfFault, outcomeOfNo } from './probe-outcome.ts';

/** An operator waits for it, and so does the command; models answer one token in a second or two. */
const TEST_TIMEOUT_MS = 20_000;

/** A page of an answer is enough to see what it is; the rest of it is not read. */
const DOCUMENT_MAX_BYTES = 64 * 1024;
/** Of a provider's own words, for a message that a person reads. */
const WORDS_MAX_CHARS = 300;

interface Answer {
  /** 0: none came. */
  readonly status: number;
  /** Empty: all is well. */
  readonly message: string;
  readonly decoder: AnswerDecoder | null;
  /** What it says of the provider's health. */
  readonly outcome: CallOutcome;
}

/** Asks a provider for one token, with its key, its wire format and its way of naming the bound. The house pays. */
export async function askForToken(provider: Provider, model: string): Promise<Answer> {
  const prepared = prepareCall(askedFormOf(requestFor(model)), provider.config, model);
  if (prepared.kind === 'refused') {
    return { status: 0, message: prepared.refusal.message, decoder: null, outcome: { kind: 'abandoned' } };
  }
  const call = provider.call(prepared.post);
  const timer = setTimeout(() => call.abort(), TEST_TIMEOUT_MS);
  const decoder = prepared.openDecoder();
  try {
    const head = await call.head;
    const { status } = head;
    const isSuccess = status >= 200 && status <= 299;
    const document = await readDocument(call, isSuccess ? decoder : null);
    if (!isSuccess) return refused(head, provider, prepared, document);
    if (decoder.status() === 'whole') {
      return { status, message: '', decoder, outcome: { kind: 'succeeded', outputTokens: 0 } };
    }
    const message = 'The answer cannot be read: the kind of the provider may be the wrong one.';
    return { status, message, decoder, outcome: { kind: 'failed', failure: 'unreadable' } };
  } catch (thrown) {
    if (!(thrown instanceof CallFault)) throw thrown;
    const { reason, code } = thrown;
    return { status: 0, message: adviceOfFault(reason, code), decoder: null, outcome: outcomeOfFault(reason) };
  } finally {
    clearTimeout(timer);
    call.discard();
  }
}

/** A request of the gateway's own: one word, and one token of answer. */
function requestFor(model: string): CompleteRequest {
  const parsedBody = { model, messages: [{ role: 'user', content: 'Hi' }] };
  return {
    requestId: newId(),
    userId: '',
    body: Buffer.from(JSON.stringify(parsedBody)),
    parsedBody,
    stream: false,
    candidates: [],
    outputTokensMax: 1,
    promptTokensBound: 0,
    outputTokensBound: 1,
    admissionEventId: '',
    operation: 'chat',
    format: 'openai-chat',
    headers: {},
    dropsUnplaced: true,
    tellsCost: false,
    multiplierBasisPoints: 0,
  };
}

/** Reads an answer to its end, or as much of it as is wanted, and gives the bytes to its decoder. */
async function readDocument(call: ReturnType<Provider['call']>, decoder: AnswerDecoder | null): Promise<Buffer> {
  const read: Buffer[] = [];
  let bytesRead = 0;
  while (bytesRead < DOCUMENT_MAX_BYTES && decoder?.isOver() !== true) {
    const bytes = await call.read();
    if (bytes === null) {
      decoder?.end();
      break;
    }
    read.push(bytes);
    bytesRead += bytes.length;
    decoder?.push(bytes);
  }
  return Buffer.concat(read);
}

function refused(
  { status, headers }: ResponseHead,
  provider: Provider,
  prepared: PreparedCall,
  document: Buffer,
): Answer {
  const text = document.toString();
  const error = prepared.readError(status, parseObject(text), text, headers);
  const message = withWords(adviceOfStatus(status), error.message, provider, document);
  return { status, message, decoder: null, outcome: outcomeOfNo(errorKindOf(error, status), status) };
}

/** The advice and the provider's own words, unless they repeat the key. */
function withWords(advice: string, words: string, provider: Provider, document: Buffer): string {
  if (words === '' || provider.tellsSecret(document)) return advice;
  return `${advice} It says: ${words.slice(0, WORDS_MAX_CHARS)}`;
}
