/** What accounts is told at its start. */
export interface AccountsConfig {
  /** The secret that API keys are hashed under: 64 hex digits. With another one no key issued so far authenticates. */
  readonly keyPepper: string;
}

/** As long as the hash it keys: less weakens HMAC-SHA256, more adds nothing. */
const KEY_PEPPER_BYTES = 32;

/** What is wrong with the settings, for people to read; empty: nothing. */
export function accountsConfigFaults(config: AccountsConfig): string[] {
  const isPepper = new RegExp(`^[0-9a-fA-F]{${KEY_PEPPER_BYTES * 2}}$`).test(config.keyPepper);
  return isPepper
    ? []
    : [`accounts.keyPepper must be ${KEY_PEPPER_BYTES} bytes written as ${KEY_PEPPER_BYTES * 2} hex digits`];
}
