import { Link } from '@tanstack/react-router';

/** To lists of what belongs to somebody. */
export function Links({ links }: { readonly links: readonly (readonly [string, string, object])[] }) {
  return (
    <p className="mt-3 flex gap-4">
      {links.map(([title, to, search]) => (
        <Link key={title} to={to} search={search as never} className="text-accent hover:underline">
          {title}
        </Link>
      ))}
    </p>
  );
}
