/** Several short texts in one field: with commas between them. */
export function listIn(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

export function textOf(list: readonly string[] | undefined): string {
  return (list ?? []).join(', ');
}
