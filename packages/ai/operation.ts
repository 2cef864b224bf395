/** What is asked of a model. Each operation has formats of its own, and a canonical form where it is translated. */
export const operations = ['chat', 'embed'] as const;

export type Operation = (typeof operations)[number];

export function isOperation(text: string): text is Operation {
  return (operations as readonly string[]).includes(text);
}
