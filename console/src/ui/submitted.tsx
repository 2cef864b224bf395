import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface SubmittedProps {
  readonly title: string;
  readonly action: string;
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  /** What is asked for; `error`: why it was not taken, or null. */
  readonly children: (error: unknown) => ReactNode;
}

/** A dialog that stays open until the gateway has taken what was filled in. */
export function Submitted({ title, action, onSubmit, onClose, children }: SubmittedProps) {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        {children(error)}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            {isBusy ? 'One moment…' : action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
