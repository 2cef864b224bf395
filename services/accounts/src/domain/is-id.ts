const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be the id of a user, a key or a credit; anything else names nothing and is never looked up. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
