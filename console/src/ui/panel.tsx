import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A box with a heading. */
export function Panel({
  title,
  actions,
  className,
  children,
}: {
  readonly title?: string | undefined;
  readonly actions?: ReactNode;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <section className={classNames('rounded-lg border border-line bg-panel', className)}>
      {title !== undefined && (
        <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </header>
      )}
      {children}
    </section>
  );
}
