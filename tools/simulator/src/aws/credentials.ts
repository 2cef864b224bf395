/** A key of AWS', and the session that it belongs to. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials: requests carry it as `x-amz-security-token`. */
  readonly sessionToken?: string;
  /** Absent: they do not expire. */
  readonly expiresAtMs?: number;
}

/** The secret that AWS' documentation signs its examples with. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** What the simulator knows unless it is told otherwise: a user's key, a session, and a session that is over. */
export const exampleCredentials: readonly AwsCredentials[] = [
  { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: SECRET },
  { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: SECRET, sessionToken: 'session-of-the-simulator' },
  { accessKeyId: 'ASIAEXPIREDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'session-that-is-over', expiresAtMs: 0 },
];
