/** Text in columns, the first of them left-aligned. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Goal {
  readonly what: string;
  readonly isMet: boolean;
}

/** What a scenario has found. */
export interface Report {
  /** How it was measured, in a sentence or two. */
  readonly method: string;
  readonly tables: readonly Table[];
  /** Everything measured, to be computed with; JSON but for bigints. */
  readonly figures: unknown;
  readonly goals: readonly Goal[];
  /** Wrong answers and wrong bills: with any of these the figures are worth nothing. */
  readonly faults: readonly string[];
}
