import type { JsonObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { awsErrorName, readAwsError } from '../../errors/aws-error.ts';
import type { ErrorHeaders } from '../../format.ts';

/** What a refused request's document says: the exception's name stands in a header, or in the document. */
export function readConverseError(
  status: number,
  document: JsonObject | null,
  text: string,
  headers: ErrorHeaders = {},
): ProviderError {
  return readAwsError({ status, name: awsErrorName(headers), document, text });
}
