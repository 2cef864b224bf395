/**
 * Ends a `switch` over a closed union: the compiler proves it is never called, and a value that came from outside
 * with a shape nobody foresaw stops the program here instead of being ignored.
 */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
