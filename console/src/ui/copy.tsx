import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';

/** A text to be taken along. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button look="quiet" onClick={copy} aria-label={`Copy ${what}`}>
      {isCopied ? <Check aria-hidden className="size-4" /> : <CopyIcon aria-hidden className="size-4" />}
      <span role="status" className="sr-only">
        {isCopied ? 'Copied' : ''}
      </span>
    </Button>
  );
}
