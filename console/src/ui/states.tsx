import { CircleAlert, Inbox, LoaderCircle } from 'lucide-react';
import { type ReactNode, useContext } from 'react';
import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';
import { Overtaken, UnderChangeContext } from './overtaken.tsx';

/** Nothing is there: why, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <Inbox aria-hidden className="size-8 text-soft" />
      <p className="font-medium">{title}</p>
      <div className="max-w-prose text-soft">{children}</div>
    </div>
  );
}

export function Loading({ what = 'Loading' }: { readonly what?: string }) {
  return (
    <p role="status" className="flex items-center justify-center gap-2 px-4 py-12 text-soft">
      <LoaderCircle aria-hidden className="size-4 animate-spin" />
      {what}…
    </p>
  );
}

/** If-Match has named a version that is the last no more. */
const STATUS_OVERTAKEN = 412;

/** What went wrong, in the gateway's words; where somebody else was first, what they did. */
export function Problem({ error, onRetry }: { readonly error: unknown; readonly onRetry?: (() => void) | undefined }) {
  const isOvertaken =
    useContext(UnderChangeContext) !== null && error instanceof ApiError && error.status === STATUS_OVERTAKEN;
  const requestId = error instanceof ApiError ? error.requestId : '';
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 rounded-md border border-bad p-3">
      <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" />
      {isOvertaken ? (
        <Overtaken />
      ) : (
        <p className="min-w-0 flex-1 break-words">
          {error instanceof Error ? error.message : String(error)}
          {requestId !== '' && <span className="block text-xs text-soft">Request {requestId}</span>}
        </p>
      )}
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
