import type { CompleteFrame, CompletionFailure } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { answerBytes, answerRefusal, retryHeaders } from '../http/answer.ts';
import { JSON_TYPE } from '../http/error-form.ts';
import type { Exchange } from '../http/exchange.ts';

export type Head = Extract<CompleteFrame, { kind: 'head' }>;

/** Where the frames of a completion go. Every call after `end`, `fail` or the client's leaving does nothing. */
export interface AnswerWriter {
  /** The request is admitted: from now on the client may be sent something. */
  admitted(): void;
  head(head: Head): void;
  /** The promise, where there is one, resolves when the client has made room for more or has left. */
  data(data: Buffer): Promise<void> | undefined;
  end(): void;
  /** The answer failed: an HTTP error where nothing was sent yet, else an end that no client can take for a clean one. */
  fail(refusal: Refusal | CompletionFailure): void;
}

/** A failure before the first byte of an answer: the provider's own document where it is the client's to see. */
export function answerFailure(exchange: Exchange, failure: Refusal | CompletionFailure): void {
  if (!('providerBody' in failure) || failure.providerBody === null || !isErrorStatus(failure.providerStatus)) {
    answerRefusal(exchange, failure);
    return;
  }
  exchange.record.error ??= failure.code;
  const headers = { ...retryHeaders(failure), 'content-type': JSON_TYPE };
  answerBytes(exchange, failure.providerStatus, failure.providerBody, headers);
}

function isErrorStatus(status: number): boolean {
  return status >= 400 && status < 600;
}
