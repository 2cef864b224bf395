/**
 * Ends a `switch` over a closed union. The compiler proves that it is never called. A value from outside with an
 * unforeseen shape stops the program here instead of being ignored.
 */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
