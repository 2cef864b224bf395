import { createHash, createHmac } from 'node:crypto';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Long-lived keys of AWS, or those of a session. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty: the keys are of no session. */
  readonly sessionToken: string;
}

/** A request as it is sent. */
export interface SignedRequest {
  readonly method: string;
  /** As the `host` header has it. */
  readonly host: string;
  /** As it is sent, with its query: what is encoded there is encoded once more where it is signed. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/**
 * The headers (names and values in turn) that sign a request for AWS, valid for some minutes around `atMs`. Signed are the host, the
 * body with its type, and every header of AWS' own; others may change on the way.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureHeaders(
  request: SignedRequest,
  credentials: AwsCredentials,
  { region, service, atMs }: { readonly region: string; readonly service: string; readonly atMs: number },
): readonly string[] {
  const time = new Date(atMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const bodyHash = sha256(request.body);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const added = ['x-amz-date', time];
  if (sessionToken !== '') added.push('x-amz-security-token', sessionToken);
  const signed = signedHeaders(['host', request.host, ...request.headers, ...added]);
  const names = [...signed.keys()].join(';');
  const [path = '', query = ''] = split(request.path);
  const canonical = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...Array.from(signed, ([name, value]) => `${name}:${value}`),
    '',
    names,
    bodyHash,
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, date));
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return [...added, 'authorization', authorization];
}

/** What is signed, by name in order. A name that is there several times has its values behind one another. */
function signedHeaders(headers: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase();
    if (name !== 'host' && name !== 'content-type' && !name.startsWith('x-amz')) continue;
    const value = (headers[at + 1] ?? '').trim().replace(/ +/g, ' ');
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The path as it is sent, encoded once more, without empty segments. */
function canonicalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const isFolder = segments.length > 0 && path.endsWith('/');
  return `/${segments.map(encode).join('/')}${isFolder ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const fields = query.split('&').map((field) =>
    split(field, '=')
      .map((part) => encode(decoded(part)))
      .join('='),
  );
  return fields.sort().join('&');
}

/** A text before and after a mark; what comes after is empty where there is none. */
function split(text: string, mark = '?'): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** All but the unreserved characters of RFC 3986, of which `encodeURIComponent` spares some more. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
