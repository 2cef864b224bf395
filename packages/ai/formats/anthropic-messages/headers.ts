/** The version that translated requests are written for: the newest one takes no temperature. */
const DEFAULT_VERSION = '2023-06-01';

/** The client's headers that a provider of this format is told: open lists, since clients and API change together. */
export const forwardedHeaders: readonly string[] = ['anthropic-*', 'x-claude-code-*'];

/** A client of this format says its version itself, and the features that its body uses. */
export function messagesHeaders(forwarded: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { 'anthropic-version': DEFAULT_VERSION, ...forwarded };
}
