import { createContext, useContext, useEffect, useState } from 'react';
import { writable } from './writable.ts';

/** What is being changed, as it was read last. */
export interface UnderChange {
  readonly value: object;
  /** It is not there any more. */
  readonly isGone: boolean;
  /** Reads it anew. */
  readonly refetch: () => unknown;
}

/** null: what goes wrong is about nothing that is being changed. */
export const UnderChangeContext = createContext<UnderChange | null>(null);

/** Somebody else was first: reads the thing as it is now, and says what they changed. What one filled in stays, to be looked at and saved again. */
export function Overtaken() {
  const underChange = useContext(UnderChangeContext);
  const [before] = useState(underChange?.value ?? {});
  const refetch = underChange?.refetch;
  // Once for each refusal: saving again puts another in its place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: reading anew changes it.
  useEffect(() => void refetch?.(), []);
  const changes = differencesOf(before, underChange?.value ?? {});
  if (underChange?.isGone === true) return <p>Somebody else deleted it meanwhile.</p>;
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-2">
      <p>
        Somebody else changed it meanwhile. Theirs is shown where you touched nothing, and what you changed stands over
        it. Look at it, and save it again.
      </p>
      {changes.length > 0 && (
        <table className="text-xs">
          <caption className="sr-only">What they changed</caption>
          <thead>
            <tr className="text-left text-soft">
              <th scope="col">Field</th>
              <th scope="col">Was</th>
              <th scope="col">Is now</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(([name, was, is]) => (
              <tr key={name} className="align-top">
                <th scope="row" className="pr-3 text-left font-normal">
                  {name}
                </th>
                <td className="pr-3 break-all">{was}</td>
                <td className="break-all">{is}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** The fields that differ, each as it was and as it is. */
function differencesOf(before: object, now: object): readonly (readonly [name: string, was: string, is: string])[] {
  const [was, is] = [writable(before), writable(now)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .map((name) => [name, textOf(was[name]), textOf(is[name])] as const)
    .filter(([, one, other]) => one !== other);
}

function textOf(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
