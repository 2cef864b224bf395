import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';

interface Choice<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly explanation: string;
}

interface ChooseProps<Name extends string> {
  readonly title: string;
  readonly choices: readonly Choice<Name>[];
  readonly onClose: () => void;
  /** What comes after the choice. */
  readonly children: (chosen: Name) => ReactNode;
}

/** Asks which of a few kinds is meant, each with what it is for, and goes on from there. */
export function Choose<Name extends string>({ title, choices, onClose, children }: ChooseProps<Name>) {
  const [chosen, setChosen] = useState<Name | null>(null);
  if (chosen !== null) return children(chosen);
  return (
    <Dialog title={title} onClose={onClose}>
      <ul className="flex flex-col gap-2">
        {choices.map(({ name, title: kind, explanation }) => (
          <li key={name}>
            <button
              type="button"
              className="w-full rounded-md border border-line px-3 py-2 text-left hover:bg-sunken"
              onClick={() => setChosen(name)}
            >
              <span className="block font-medium">{kind}</span>
              <span className="block text-soft">{explanation}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
