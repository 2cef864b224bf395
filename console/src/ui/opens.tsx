import { type ReactNode, useState } from 'react';
import type { Role } from '../api/session.ts';
import { useMay } from '../session/session.tsx';
import { Button, type ButtonProps } from './button.tsx';

/** A button that opens a dialog, for the roles that may do what it is for. */
export function Opens({
  label,
  roles,
  look = 'plain',
  children,
  ...rest
}: Pick<ButtonProps, 'look' | 'aria-label'> & {
  readonly label: string;
  readonly roles: readonly Role[];
  readonly children: (close: () => void) => ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  if (!useMay(...roles)) return null;
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)} {...rest}>
        {label}
      </Button>
      {isOpen && children(() => setOpen(false))}
    </>
  );
}
