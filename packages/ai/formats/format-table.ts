import type { Format, FormatName } from '../format.ts';

/** Every wire format that the gateway speaks. */
export const formatTable: Readonly<Partial<Record<FormatName, Format>>> = {};
