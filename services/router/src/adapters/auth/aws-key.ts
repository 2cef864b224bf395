import type { AwsCredentials } from './sigv4.ts';

/** `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`. None of the three has a colon, and neither has a bearer token. */
const KEYS = /^([A-Z0-9]{16,128}):([A-Za-z0-9/+=]{16,128})(?::([A-Za-z0-9/+=_-]{16,}))?$/;

/** A region, as a label of a host: `us-east-1`, `us-gov-west-1`, `ap-southeast-3`. */
const REGION = /^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/;

/** A key of AWS as it is used: it signs, or it is a bearer token (a Bedrock API key). */
export type AwsKey =
  | { readonly kind: 'signing'; readonly credentials: AwsCredentials; readonly scope: SigningScope }
  | { readonly kind: 'bearer' }
  | { readonly fault: string };

/** What a signature is good for. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

/** Reads a key for an address. Faults name no secret. `region`: the provider's own, where the address tells none. */
export function readAwsKey(apiKey: string, baseUrl: string, region: string): AwsKey {
  if (!apiKey.includes(':')) return { kind: 'bearer' };
  const [, accessKeyId, secretAccessKey, sessionToken = ''] = KEYS.exec(apiKey) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined)
    return { fault: 'its key is neither ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN] nor a Bedrock API key' };
  const scope = scopeOf(new URL(baseUrl), region);
  if (scope === undefined)
    return { fault: 'its base_url names no region of AWS, which a signature needs: set its region (us-east-1)' };
  return { kind: 'signing', credentials: { accessKeyId, secretAccessKey, sessionToken }, scope };
}

/** `bedrock-runtime[-fips].REGION.amazonaws.com`, `….bedrock-runtime.REGION.vpce.amazonaws.com`, `bedrock-mantle.REGION.api.aws`. */
function scopeOf({ hostname }: URL, said: string): SigningScope | undefined {
  const labels = hostname.split('.');
  const region = labels.find((label) => REGION.test(label)) ?? (REGION.test(said) ? said : undefined);
  if (region === undefined) return undefined;
  // The endpoint of OpenAI's formats is a service of its own.
  return { region, service: labels.includes('bedrock-mantle') ? 'bedrock-mantle' : 'bedrock' };
}
