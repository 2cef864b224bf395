import type { ReactNode } from 'react';

/** A part of a sheet, below its heading. */
export function Titled({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}
