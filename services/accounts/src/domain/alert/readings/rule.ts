import type { ResourceOf } from '#registry/kinds.ts';

/** A rule, with its thresholds as they hold. */
export type Rule = ResourceOf<'alertRule'>;

export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;
