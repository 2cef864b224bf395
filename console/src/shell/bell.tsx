import { Link } from '@tanstack/react-router';
import { Bell as BellIcon } from 'lucide-react';
import { FIRING_MAX, useFiring } from '../screens/alerts/use-firing.ts';
import { useMay } from '../session/session.tsx';

/** A bell is looked at now and then. */
const LOOK_MS = 30_000;

/** How many alerts fire now, and the way to them: for those who may read them. */
export function Bell() {
  return useMay('operator', 'billing', 'auditor') ? <Firing /> : null;
}

function Firing() {
  const { data } = useFiring(LOOK_MS);
  const firing = data?.data.length ?? 0;
  const number = data?.has_more === true ? `${FIRING_MAX}+` : String(firing);
  const told = firing === 0 ? 'Alerts: none fires' : `Alerts: ${number} firing`;
  return (
    <Link
      to="/alerts"
      aria-label={told}
      title={told}
      className="relative flex size-9 items-center justify-center rounded-md hover:bg-sunken"
    >
      <BellIcon aria-hidden className="size-4" />
      {firing > 0 && (
        <span className="absolute top-0 right-0 rounded-full border border-current bg-panel px-1 text-xs text-bad tabular-nums">
          {number}
        </span>
      )}
    </Link>
  );
}
