import { type ClassValue, clsx } from 'clsx';
import { twMerge } from 'tailwind-merge';

/** Class names, of which a later one wins over an earlier one that says the same. */
export function classNames(...classes: ClassValue[]): string {
  return twMerge(clsx(classes));
}
