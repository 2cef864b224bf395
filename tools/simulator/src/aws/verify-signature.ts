import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { RequestProblem } from '../request-problem.ts';
import type { AwsCredentials } from './credentials.ts';

/** A request as it came, with its body. */
export interface SignedRequest {
  readonly method: string;
  /** The path and the query, as they were sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

interface Claim {
  readonly accessKeyId: string;
  readonly scope: readonly [date: string, region: string, service: string, terminator: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const CLAIM_PATTERN =
  /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const DATE_PATTERN = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** How far a request's time may be from the service's. */
const SKEW_MAX_MS = 5 * 60 * 1000;

/**
 * Verifies a signature of version 4; returns AWS' refusal of a wrong one.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function refuseSignature(
  request: SignedRequest,
  service: string,
  known: readonly AwsCredentials[],
  nowMs: number,
): RequestProblem | undefined {
  const claim = claimOf(headerOf(request, 'authorization'));
  if (claim === undefined) {
    return refusal(
      'IncompleteSignatureException',
      `Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters.`,
    );
  }
  const credentials = known.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
  const token = headerOf(request, 'x-amz-security-token');
  if (credentials === undefined || token !== (credentials.sessionToken ?? '')) {
    return refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (credentials.expiresAtMs !== undefined && credentials.expiresAtMs <= nowMs) {
    return refusal('ExpiredTokenException', 'The security token included in the request is expired');
  }
  return (
    refuseScope(claim, service, headerOf(request, 'x-amz-date')) ??
    refuseTime(headerOf(request, 'x-amz-date'), nowMs) ??
    refuseHeaders(request, claim) ??
    refuseDigest(request, claim, credentials)
  );
}

function claimOf(authorization: string): Claim | undefined {
  const [, credential = '', signedHeaders = '', signature = ''] = CLAIM_PATTERN.exec(authorization) ?? [];
  const [accessKeyId = '', date = '', region = '', service = '', terminator = '', ...more] = credential.split('/');
  if (signature === '' || terminator === '' || more.length > 0) return undefined;
  return {
    accessKeyId,
    scope: [date, region, service, terminator],
    signedHeaders: signedHeaders.split(';'),
    signature,
  };
}

function refuseScope({ scope }: Claim, service: string, time: string): RequestProblem | undefined {
  const [date, region, scoped, terminator] = scope;
  const words =
    date !== time.slice(0, 8)
      ? `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${time.slice(0, 8)}', from '${time}'.`
      : region === ''
        ? 'Credential should be scoped to a valid region.'
        : scoped !== service
          ? `Credential should be scoped to correct service: '${service}'.`
          : terminator !== 'aws4_request'
            ? `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`
            : undefined;
  return words === undefined ? undefined : refusal('InvalidSignatureException', words);
}

function refuseTime(time: string, nowMs: number): RequestProblem | undefined {
  const sentAtMs = Date.parse(time.replace(DATE_PATTERN, '$1-$2-$3T$4:$5:$6Z'));
  if (Math.abs(nowMs - sentAtMs) <= SKEW_MAX_MS) return undefined;
  const now = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const words =
    sentAtMs < nowMs ? 'Signature expired: # is now earlier than' : 'Signature not yet current: # is still later than';
  return refusal('InvalidSignatureException', `${words.replace('#', time)} ${now} (5 min.)`);
}

/** The host and all of AWS' own headers have to be signed. */
function refuseHeaders({ headers }: SignedRequest, { signedHeaders }: Claim): RequestProblem | undefined {
  const must = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const missing = must.find((name) => !signedHeaders.includes(name));
  if (missing === undefined) return undefined;
  return refusal('InvalidSignatureException', `'${missing}' must be a 'SignedHeader' in the AWS Authorization.`);
}

function refuseDigest(request: SignedRequest, claim: Claim, credentials: AwsCredentials): RequestProblem | undefined {
  const digest = sha256(request.body);
  const told = headerOf(request, 'x-amz-content-sha256');
  if (told !== '' && told !== digest) {
    return refusal('InvalidSignatureException', 'The value of x-amz-content-sha256 does not match the payload.');
  }
  const [path = '/', query = ''] = request.target.split('?', 2);
  const canonical = [
    request.method,
    // Everywhere but at S3 the path is encoded once more than it was sent.
    path.split('/').map(encoded).join('/'),
    canonicalQuery(query),
    ...claim.signedHeaders.map((name) => `${name}:${headerOf(request, name).trim().replaceAll(/\s+/g, ' ')}`),
    '',
    claim.signedHeaders.join(';'),
    digest,
  ].join('\n');
  const stringToSign = [ALGORITHM, headerOf(request, 'x-amz-date'), claim.scope.join('/'), sha256(canonical)].join(
    '\n',
  );
  const key = claim.scope.reduce<Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const right = createHmac('sha256', key).update(stringToSign).digest();
  if (timingSafeEqual(right, Buffer.from(claim.signature, 'hex'))) return undefined;
  return refusal(
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join('&');
}

/** As AWS encodes: all but letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function headerOf({ headers }: SignedRequest, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value ?? []).join(',');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refusal(code: string, message: string): RequestProblem {
  return new RequestProblem(403, message, { code });
}
