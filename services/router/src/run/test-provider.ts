import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import type { ProviderTest } from '#contracts/admin-needs.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { parseObject } from '#kernel/json.ts';
import type { Registry } from '#registry/registry.ts';
import { adviceOfFault, adviceOfStatus } from '../domain/test-advice.ts';
import { CallFault, type Provider } from '../ports.ts';
import { cheapestModel } from './cheapest-model.ts';
import { askedFormOf, type PreparedCall, prepareCall } from './prepare-call.ts';
import type { RunParts } from './run.ts';

/** An operator waits for it, and so does the command; models answer one token in a second or two. */
const TEST_TIMEOUT_MS = 20_000;

/** A page of an answer is enough to see what it is; the rest of it is not read. */
const DOCUMENT_MAX_BYTES = 64 * 1024;
/** Of a provider's own words, for a message that a person reads. */
const WORDS_MAX_CHARS = 300;

/**
 * Asks a provider for one token, as requests do: with its key, its wire format and its way of naming the bound. Nobody is
 * charged; the house pays, and the log says so. Rejects with `not_found` where there is no such provider.
 */
export async function testProvider(
  parts: Pick<RunParts, 'providers' | 'logger' | 'losses'> & { readonly registry: Registry },
  { providerId, model: asked }: { readonly providerId: string; readonly model: string },
): Promise<ProviderTest> {
  const resource = parts.registry.get('provider', providerId);
  if (resource === undefined) {
    throw new Fault({ code: 'not_found', message: `There is no provider ${providerId}.`, param: 'id' });
  }
  const model = asked === '' ? cheapestModel(resource, parts.registry) : asked;
  const pooled = parts.providers.get(providerId);
  const failed = (message: string): ProviderTest => ({ isOk: false, model, status: 0, durationMs: 0, message });
  if (pooled === undefined) return failed('The provider is disabled: set its status to active.');
  if (pooled.kind === 'draining') return failed('The provider is being drained: set its status to active.');
  if (pooled.kind === 'down') return failed(`The provider is down: ${pooled.reason}.`);
  if (model === '') return failed('The provider has no models: list them under models, or name one.');

  const startedAtMs = performance.now();
  const { status, message, decoder } = await askOnce(pooled.provider, model);
  const durationMs = Math.round(performance.now() - startedAtMs);
  const usage = decoder?.usage()?.usage ?? null;
  if (usage !== null) parts.losses.add(providerId, usage);
  const told = { provider: providerId, model, status, durationMs, housePays: usage };
  parts.logger.info(told, 'a provider was tested; the house pays for it, and nobody is charged');
  return { isOk: message === '', model, status, durationMs, message };
}

interface Answer {
  /** 0: none came. */
  readonly status: number;
  /** Empty: all is well. */
  readonly message: string;
  readonly decoder: AnswerDecoder | null;
}

async function askOnce(provider: Provider, model: string): Promise<Answer> {
  const prepared = prepareCall(askedFormOf(requestFor(model)), provider.config, model);
  if (prepared.kind === 'refused') return { status: 0, message: prepared.refusal.message, decoder: null };
  const call = provider.call(prepared.post);
  const timer = setTimeout(() => call.abort(), TEST_TIMEOUT_MS);
  const decoder = prepared.openDecoder();
  try {
    const { status } = await call.head;
    const isSuccess = status >= 200 && status <= 299;
    const document = await readDocument(call, isSuccess ? decoder : null);
    if (!isSuccess) return { status, message: withWords(status, provider, prepared, document), decoder: null };
    const message =
      decoder.status() === 'whole' ? '' : 'The answer cannot be read: the kind of the provider may be the wrong one.';
    return { status, message, decoder };
  } catch (thrown) {
    if (!(thrown instanceof CallFault)) throw thrown;
    return { status: 0, message: adviceOfFault(thrown.reason, thrown.code), decoder: null };
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

/** The advice and the provider's own words, unless they repeat the key. */
function withWords(status: number, { config }: Provider, prepared: PreparedCall, document: Buffer): string {
  const advice = adviceOfStatus(status);
  if (config.apiKey !== '' && document.includes(config.apiKey)) return advice;
  const text = document.toString();
  const { message } = prepared.readError(status, parseObject(text), text);
  return message === '' ? advice : `${advice} It says: ${message.slice(0, WORDS_MAX_CHARS)}`;
}
