import { useState } from 'react';
import { ApiError } from '../api/client.ts';
import { AreaField, TextField } from './field.tsx';
import { Problem } from './states.tsx';
import { Submitted } from './submitted.tsx';

interface JsonDialogProps {
  readonly title: string;
  readonly action: string;
  /** Of what is there; empty: it is asked for. */
  readonly id: string;
  readonly idHint?: string;
  readonly initial: object;
  readonly hint: string;
  /** Rejects with an `ApiError`, which names the field. */
  readonly onSubmit: (id: string, document: Record<string, unknown>) => Promise<void>;
  readonly onClose: () => void;
}

/** A whole resource as JSON, for what a form cannot hold. The gateway checks it, and says which field it does not take. */
export function JsonDialog({ title, action, id, idHint, initial, hint, onSubmit, onClose }: JsonDialogProps) {
  const [name, setName] = useState(id);
  const [text, setText] = useState(() => JSON.stringify(initial, null, 2));
  return (
    <Submitted {...{ title, action, onClose }} onSubmit={async () => onSubmit(name, parsed(text))}>
      {(error) => (
        <>
          {id === '' && (
            <TextField
              label="Name"
              hint={idHint}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
          <AreaField
            label="JSON"
            hint={hint}
            rows={14}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {error !== null && <Problem error={error} />}
          {error instanceof ApiError && error.param !== '' && (
            <p className="text-xs text-soft">Look at the field {error.param}.</p>
          )}
        </>
      )}
    </Submitted>
  );
}

function parsed(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
      return document as Record<string, unknown>;
    }
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new Error('The JSON must be an object: { … }.');
}
