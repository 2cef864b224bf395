/** Characters of a password that have another meaning in a URL, and their spelling in one. */
const ESCAPES = 'in a password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25';

/** What is wrong with a PostgreSQL URL, without its password; undefined where it can be used. */
export function databaseUrlFault(text: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1];
    const found = scheme === undefined ? 'is not a URL' : `begins with ${scheme}://`;
    return `${found}; write postgresql://user@host:5432/database, with user:password if there is a password`;
  }
  if (!URL.canParse(text)) return `cannot be read as a URL; ${ESCAPES}`;
  const { username, password, pathname } = new URL(text);
  return [username, password, pathname].every(canDecode)
    ? undefined
    : `has a % without two hex digits after it; ${ESCAPES}`;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
