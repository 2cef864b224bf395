import { asObject, parseObject } from '#kernel/json.ts';
import { sseEventOf } from '../sse/write-sse-event.ts';
import { type AwsMessage, oneLine, openAwsEventStream } from './aws-event-stream.ts';
import type { Unframing } from './unframing.ts';

/**
 * Bedrock's InvokeModelWithResponseStream: each message holds an event of the model's own format in Base64, and an exception is told
 * as that format's error. Only Anthropic's format is spoken so.
 */
export function openInvokeChunks(): Unframing {
  return openAwsEventStream(eventOf);
}

function eventOf({ name, isException, payload }: AwsMessage): string {
  const document = parseObject(payload.toString());
  if (isException) return sseEventOf(JSON.stringify(errorOf(name, document?.['message'])), 'error');
  const { bytes } = document ?? {};
  if (typeof bytes !== 'string') return '';
  const json = oneLine(Buffer.from(bytes, 'base64').toString());
  const type = asObject(parseObject(json))?.['type'];
  return sseEventOf(json, typeof type === 'string' ? type : '');
}

function errorOf(name: string, message: unknown) {
  return {
    type: 'error',
    error: { type: types[name] ?? 'api_error', message: typeof message === 'string' ? message : name },
  };
}

/** Bedrock's exceptions as Anthropic names the same (Bedrock API reference, ResponseStream). */
const types: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  validationException: 'invalid_request_error',
  modelTimeoutException: 'timeout_error',
  serviceUnavailableException: 'overloaded_error',
  modelNotReadyException: 'overloaded_error',
};
