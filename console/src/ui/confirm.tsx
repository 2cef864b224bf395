import { useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { Problem } from './states.tsx';

interface ConfirmProps {
  readonly title: string;
  /** What will be, and that nothing takes it back. */
  readonly consequence: string;
  /** What has to be typed. */
  readonly word: string;
  readonly action: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** For what cannot be undone: its name has to be typed. */
export function Confirm({ title, consequence, word, action, onConfirm, onClose }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>(null);
  const confirm = async (): Promise<void> => {
    setError(null);
    await onConfirm().catch(setError);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{consequence}</p>
      <TextField label={`Type ${word} to go on`} value={typed} onChange={(event) => setTyped(event.target.value)} />
      {error !== null && <Problem error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" disabled={typed !== word} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
