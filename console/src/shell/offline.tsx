import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** Says that there is no network. What was read before stays. */
export function Offline() {
  const isOnline = useSyncExternalStore(onlineManager.subscribe, () => onlineManager.isOnline());
  if (isOnline) return null;
  return (
    <p role="status" className="mb-4 rounded-md border border-warn p-2 text-warn">
      This browser is offline. What you see was read before.
    </p>
  );
}
