/** Whoever listens on the bus by a name of his own: it is part of a subject, so without dots and wildcards. */
const LISTENER = /^[A-Za-z0-9]{1,64}$/;

export function isListener(name: unknown): name is string {
  return typeof name === 'string' && LISTENER.test(name);
}
