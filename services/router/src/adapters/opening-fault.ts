import { X509Certificate } from 'node:crypto';
import type { OutwardGuard } from '#config/outward-guard.ts';
import { headersFault } from '#kernel/sendable-headers.ts';
import type { ProviderConfig } from '../config.ts';
import { readAwsKey } from './auth/aws-key.ts';
import { readGoogleKey } from './auth/google-key.ts';
import { secureContextOf } from './connector.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Of credentials: a user's name has no colon (RFC 7617), and neither has control characters. */
const CREDENTIALS = /^[^:\p{Cc}]+:\P{Cc}*$/u;

const SEVERAL_LINES = 'its key has several lines, which no header takes';

/** Why a provider cannot be connected to, as far as its configuration tells; undefined: it can. Tells no secret. */
export function openingFault(config: ProviderConfig, guard: OutwardGuard): string | undefined {
  return (
    addressFault('base_url', config.baseUrl, guard) ??
    proxyFault(config, guard) ??
    headerFault(config) ??
    keyFault(config, guard) ??
    certificatesFault(config)
  );
}

function addressFault(field: string, text: string, guard: OutwardGuard): string | undefined {
  if (!URL.canParse(text)) return `its ${field} is no URL`;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `its ${field} is neither http nor https`;
  const fault = guard.faultOf(url);
  return fault === undefined ? undefined : `its ${field} ${fault}`;
}

function proxyFault({ proxy }: ProviderConfig, guard: OutwardGuard): string | undefined {
  if (proxy === undefined) return undefined;
  const fault = addressFault('proxy_url', proxy.url, guard);
  if (fault !== undefined) return fault;
  if (new URL(proxy.url).username !== '') return 'its proxy_url has credentials: give them as proxy_credentials_ref';
  if (proxy.credentials === '' || CREDENTIALS.test(proxy.credentials)) return undefined;
  return 'its proxy_credentials_ref leads to no user:password';
}

function headerFault({ headers = {}, spoken }: ProviderConfig): string | undefined {
  const fault = headersFault(headers);
  if (fault !== undefined) return `its headers cannot be sent: ${fault}`;
  return headers[spoken.auth] === undefined
    ? undefined
    : `its headers have ${spoken.auth}, which is where its key goes`;
}

/** Of keys that a cloud reads in a way of its own. */
function keyFault({ spoken, apiKey, baseUrl, region = '' }: ProviderConfig, guard: OutwardGuard): string | undefined {
  if (spoken.auth === 'aws') {
    const key = readAwsKey(apiKey, baseUrl, region);
    if ('fault' in key) return key.fault;
  }
  if (spoken.auth !== 'google') return /[\r\n]/.test(apiKey) ? SEVERAL_LINES : undefined;
  const key = readGoogleKey(apiKey);
  if ('fault' in key) return key.fault;
  if (key.kind === 'bearer') return /[\r\n]/.test(apiKey) ? SEVERAL_LINES : undefined;
  const { tokenUri } = key.grant;
  const fault = addressFault("key's token_uri", tokenUri, guard);
  if (fault !== undefined) return fault;
  // Where the provider itself is called in the clear, it is a test's, or within a network of one's own.
  const isSafe = new URL(tokenUri).protocol === 'https:' || new URL(baseUrl).protocol === 'http:';
  return isSafe ? undefined : "its key's token_uri is not https";
}

function certificatesFault(config: ProviderConfig): string | undefined {
  const { caCertificates, clientCertificate } = config;
  if (caCertificates !== undefined && !isCertificates(caCertificates))
    return 'its ca_certificates are no certificates in PEM';
  if (clientCertificate !== undefined) {
    if (!isCertificates(clientCertificate.certificate)) return 'its client_certificate is no certificate in PEM';
    if (clientCertificate.key === '') return 'its client_certificate has no key: name it as client_key_ref';
  }
  try {
    secureContextOf(config);
    return undefined;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? ` (${thrown.code})` : '';
    return `its client_certificate and the key of client_key_ref cannot be used together${code}`;
  }
}

/** Node takes what is none without a word. */
function isCertificates(pem: string): boolean {
  const found = pem.match(CERTIFICATE) ?? [];
  try {
    return found.length > 0 && found.every((each) => new X509Certificate(each).raw.length > 0);
  } catch {
    return false;
  }
}
