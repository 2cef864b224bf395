import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';
import type { AwsCredentials } from './credentials.ts';
import { awsErrorBody, awsErrorHeaders } from './error-body.ts';
import { amazonEventStream } from './event-stream.ts';
import { refuseSignature } from './verify-signature.ts';

export interface BedrockDoor {
  readonly credentials: readonly AwsCredentials[];
  readonly nowMs: () => number;
}

const BEARER_PATTERN = /^Bearer\s+\S/i;

/**
 * What all formats of Bedrock have in common: any bearer token is a good one, a signature has to be one of the known keys, errors
 * are named by a header, and streams are framed in AWS' own way.
 */
export function bedrockDoor({
  credentials,
  nowMs,
}: BedrockDoor): Pick<
  Wire,
  'requestIdHeader' | 'refuseHeaders' | 'refuseRequest' | 'errorBody' | 'errorHeaders' | 'framing'
> {
  return {
    requestIdHeader: 'x-amzn-requestid',
    refuseHeaders(headers) {
      const { authorization = '' } = headers;
      if (BEARER_PATTERN.test(authorization) || authorization.startsWith('AWS4-')) return undefined;
      return new RequestProblem(403, 'Missing Authentication Token', { code: 'MissingAuthenticationTokenException' });
    },
    refuseRequest(request) {
      if (BEARER_PATTERN.test(String(request.headers['authorization']))) return undefined;
      return refuseSignature(request, 'bedrock', credentials, nowMs());
    },
    errorBody: awsErrorBody,
    errorHeaders: awsErrorHeaders,
    framing: amazonEventStream,
  };
}
