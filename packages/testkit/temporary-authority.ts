import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files of a certificate that is good for a day, and of the authority that signed it. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/**
 * Makes an authority and its certificate for this machine (localhost, 127.0.0.1, and by `hosts`), with openssl. It is good for
 * `days`; of -1 it ended yesterday.
 */
export function makeCertificate(
  folder: string,
  name: string,
  hosts: readonly string[] = [],
  days = 2,
): CertificateFiles {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const subject = (who: string): string[] => ['-subj', `/CN=${who}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, ...subject(`${name}-ca`), '-keyout', `${name}-ca.key`, '-out', `${name}-ca.pem`);
  openssl('req', ...key, ...subject('localhost'), '-keyout', `${name}.key`, '-out', `${name}.csr`);
  const alternatives = ['localhost', ...hosts].map((host) => `DNS:${host}`);
  writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${alternatives.join(',')},IP:127.0.0.1\n`);
  const signed = ['-CA', `${name}-ca.pem`, '-CAkey', `${name}-ca.key`, '-CAcreateserial', '-days', String(days)];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  const path = (file: string): string => join(folder, file);
  return { certFile: path(`${name}.pem`), keyFile: path(`${name}.key`), caFile: path(`${name}-ca.pem`) };
}
