import type { ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode];

/** What is known of one thing. What is not known is left out. */
export function Facts({ title, facts }: { readonly title?: string; readonly facts: readonly Fact[] }) {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return (
    <section className="flex flex-col gap-1">
      {title !== undefined && <h3 className="font-semibold">{title}</h3>}
      <dl className="grid grid-cols-[7rem_1fr] sm:grid-cols-[9rem_1fr] gap-x-3 gap-y-1">
        {known.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
