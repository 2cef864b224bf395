import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** A sheet comes from the side and is for reading; a box in the middle asks for something. */
  readonly shape?: 'box' | 'sheet';
  readonly children: ReactNode;
}

const shapes = {
  box: 'm-auto w-[min(36rem,calc(100vw-2rem))] max-h-[80vh] rounded-lg',
  sheet: 'mt-0 mr-0 mb-0 ml-auto h-dvh max-h-dvh w-[min(44rem,100vw)] max-w-full',
} as const;

/**
 * What is in front of a screen: the browser's own modal dialog, which holds the focus, closes by Escape, and gives the focus back. A
 * library's would write a style sheet into the page, which the content security policy forbids.
 */
export function Dialog({ title, onClose, shape = 'box', children }: DialogProps) {
  const place = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed while it is still in the page, the dialog gives the focus back.
  useLayoutEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={place}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={classNames(
        'overflow-auto border border-line bg-panel p-0 text-ink backdrop:bg-black/50',
        shapes[shape],
      )}
    >
      <header className="sticky top-0 flex items-center justify-between gap-3 border-b border-line bg-panel px-4 py-2">
        <h2 id={titleId} className="min-w-0 font-semibold break-words">
          {title}
        </h2>
        <Button look="quiet" onClick={onClose} aria-label="Close">
          <X aria-hidden className="size-4" />
        </Button>
      </header>
      <div className="flex flex-col gap-4 p-4">{children}</div>
    </dialog>
  );
}
