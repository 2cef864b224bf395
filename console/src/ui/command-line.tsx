import { Copy } from './copy.tsx';

/** A command to be taken along. */
export function CommandLine({ command, what }: { readonly command: string; readonly what: string }) {
  return (
    <div className="flex items-center justify-between gap-2 rounded-md bg-sunken px-3 py-1 font-mono text-xs">
      <code className="min-w-0 break-all">{command}</code>
      <Copy text={command} what={what} />
    </div>
  );
}
