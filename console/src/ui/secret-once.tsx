import { Copy } from './copy.tsx';
import { Dialog } from './dialog.tsx';

/** A secret that is shown this once, and is in no storage of the browser. */
export function SecretOnce({
  title,
  secret,
  kept = 'the gateway keeps a hash of it alone',
  onClose,
}: {
  readonly title: string;
  readonly secret: string;
  /** What the gateway has of it. */
  readonly kept?: string;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>Copy it now. It is shown this once: {kept}.</p>
      <div className="flex items-center justify-between gap-2 rounded-md bg-sunken px-3 py-1">
        <code className="min-w-0 overflow-x-auto font-mono text-xs" data-secret>
          {secret}
        </code>
        <Copy text={secret} what="the secret" />
      </div>
    </Dialog>
  );
}
