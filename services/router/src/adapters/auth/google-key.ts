import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { JsonObject } from '#kernel/json.ts';
import { parseObject } from '#kernel/json.ts';

/** Where Google gives tokens, for keys that do not say. */
const TOKEN_URI = 'https://oauth2.googleapis.com/token';

/** What access tokens are asked for with. */
export type GoogleGrant =
  | {
      readonly kind: 'service_account';
      readonly tokenUri: string;
      readonly email: string;
      readonly keyId: string;
      readonly privateKey: KeyObject;
    }
  | {
      readonly kind: 'authorized_user';
      readonly tokenUri: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly refreshToken: string;
    };

/** A key of Google Cloud as it is used: JSON that tokens are asked for with, or an access token as it is. */
export type GoogleKey =
  | { readonly kind: 'grant'; readonly grant: GoogleGrant; readonly secrets: readonly string[] }
  | { readonly kind: 'bearer' }
  | { readonly fault: string };

/**
 * Reads a key. Faults name no secret.
 * https://google.aip.dev/auth/4112 (service account), https://google.aip.dev/auth/4113 (authorized user)
 */
export function readGoogleKey(apiKey: string): GoogleKey {
  if (apiKey === 'metadata')
    return { fault: "its key says metadata, and the metadata service is not asked: give a service account's JSON" };
  if (!apiKey.startsWith('{')) return { kind: 'bearer' };
  const document = parseObject(apiKey);
  if (document === null) return { fault: 'its key begins as JSON and is none' };
  const type = text(document, 'type');
  if (type === 'service_account') return serviceAccount(document);
  if (type === 'authorized_user') return authorizedUser(document);
  return { fault: "its key is JSON of a type that is not known: give a service account's, or an authorized user's" };
}

function serviceAccount(document: JsonObject): GoogleKey {
  const pem = text(document, 'private_key');
  const email = text(document, 'client_email');
  if (pem === '' || email === '') return lacking('private_key and client_email');
  const privateKey = readPrivateKey(pem);
  if (privateKey === undefined) return { fault: 'the private_key of its key is no RSA key in PEM' };
  const tokenUri = text(document, 'token_uri') || TOKEN_URI;
  const keyId = text(document, 'private_key_id');
  return { kind: 'grant', grant: { kind: 'service_account', tokenUri, email, keyId, privateKey }, secrets: [pem] };
}

function authorizedUser(document: JsonObject): GoogleKey {
  const clientId = text(document, 'client_id');
  const clientSecret = text(document, 'client_secret');
  const refreshToken = text(document, 'refresh_token');
  if (clientId === '' || clientSecret === '' || refreshToken === '')
    return lacking('client_id, client_secret and refresh_token');
  const tokenUri = text(document, 'token_uri') || TOKEN_URI;
  const grant = { kind: 'authorized_user', tokenUri, clientId, clientSecret, refreshToken } as const;
  return { kind: 'grant', grant, secrets: [clientSecret, refreshToken] };
}

function lacking(fields: string): GoogleKey {
  return { fault: `its key is JSON that lacks a field: it needs ${fields}` };
}

function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

function text(document: JsonObject, field: string): string {
  const value = document[field];
  return typeof value === 'string' ? value : '';
}
