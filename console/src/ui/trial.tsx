import { useState } from 'react';
import type { Role } from '../api/session.ts';
import { useMay } from '../session/session.tsx';
import { Button } from './button.tsx';
import { Problem } from './states.tsx';

interface TrialProps {
  readonly label: string;
  /** As it is read out, where several of it stand on a page. */
  readonly name?: string;
  readonly roles: readonly Role[];
  /** Does it, and says what came of it. */
  readonly run: () => Promise<string>;
}

/** A button that does something at once, and says beside itself what came of it. */
export function Trial({ label, name = label, roles, run }: TrialProps) {
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState('');
  const [error, setError] = useState<unknown>(null);
  if (!useMay(...roles)) return null;
  const press = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    setTold('');
    await run().then(setTold, setError);
    setBusy(false);
  };
  return (
    <>
      <Button disabled={isBusy} aria-label={name} onClick={() => void press()}>
        {isBusy ? 'One moment…' : label}
      </Button>
      <span role="status" className={told === '' ? 'sr-only' : 'order-last basis-full text-xs break-words'}>
        {told}
      </span>
      {error !== null && <Problem error={error} />}
    </>
  );
}
