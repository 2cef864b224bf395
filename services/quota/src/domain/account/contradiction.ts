/**
 * The log says something that cannot follow from what it said before. The fold stops here, since any balance counted on
 * from this point would be a guess.
 */
export class Contradiction extends Error {
  override readonly name = 'Contradiction';
  readonly position: number;

  constructor(event: { readonly type: string; readonly position: number }, why: string) {
    super(`contradiction in the log at position ${event.position}, ${event.type}: ${why}`);
    this.position = event.position;
  }
}
