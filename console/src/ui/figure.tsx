import type { ReactNode } from 'react';

/** A number that matters, in a list of them (`dl`). */
export function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0 rounded-lg border border-line bg-panel p-4">
      <dt className="text-soft">{name}</dt>
      <dd className="text-lg font-semibold break-words sm:text-2xl">{children}</dd>
    </div>
  );
}
