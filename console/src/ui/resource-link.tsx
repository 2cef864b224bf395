import { Link } from '@tanstack/react-router';

/** To the page of one thing. */
export function ResourceLink({ to, children }: { readonly to: string; readonly children: string }) {
  return (
    <Link to={to} className="break-words text-accent hover:underline">
      {children}
    </Link>
  );
}
