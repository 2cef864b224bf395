import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable, isErrorCode } from '#errors/error-table.ts';

/** Where an operator looks a code up. */
const DOCUMENT = 'docs/failure-modes.md';

/** A heading that is a code, and the first line below it. */
const HEADING = /^### `(?<code>[^`]+)`\n\n(?<facts>.*)$/gm;

/**
 * What DOCUMENT gets wrong about the error table: codes without a heading, headings that are no code, and status lines that
 * differ from the table. A client or an operator looks a code up there first.
 */
export function undocumentedCodes(root: string): string[] {
  const text = readFileSync(join(root, DOCUMENT), 'utf8');
  const facts = new Map<string, string>();
  for (const { groups } of text.matchAll(HEADING)) facts.set(groups?.['code'] ?? '', groups?.['facts'] ?? '');
  const strangers = [...facts.keys()].filter((code) => !isErrorCode(code));
  return [
    ...strangers.map((code) => `${DOCUMENT} has a heading ${code}, which is no error code`),
    ...Object.entries(errorTable).flatMap(([code, { httpStatus, grpcStatus, isRetryable }]) => {
      const expected = `HTTP ${httpStatus} · gRPC ${grpcStatus}${isRetryable ? ' · retry' : ''}`;
      const found = facts.get(code);
      if (found === undefined) return [`${DOCUMENT} has no heading ${code}`];
      return found === expected ? [] : [`${DOCUMENT} says of ${code}: ${found}; the table says: ${expected}`];
    }),
  ];
}
