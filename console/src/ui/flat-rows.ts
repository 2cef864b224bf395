type Cell = string | number | null;

/**
 * Rows as a table for a file: a column for each field that any row has, in the order in which they come up. A field below another is
 * named `subject.id`; a list of texts stands in one cell. Lists of objects have no place in a table and are left out.
 */
export function flatRows(rows: readonly object[]): readonly (readonly Cell[])[] {
  const flat = rows.map((row) => new Map(cellsOf(row, '')));
  const names = [...new Set(flat.flatMap((cells) => [...cells.keys()]))];
  return [names, ...flat.map((cells) => names.map((name) => cells.get(name) ?? null))];
}

function cellsOf(row: object, above: string): [string, Cell][] {
  return Object.entries(row).flatMap(([name, value]: [string, unknown]): [string, Cell][] => {
    const path = above + name;
    if (Array.isArray(value)) return value.some((each) => typeof each === 'object') ? [] : [[path, value.join('; ')]];
    if (typeof value === 'object' && value !== null) return cellsOf(value, `${path}.`);
    return [[path, typeof value === 'number' || value === null ? value : String(value ?? '')]];
  });
}
