import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { localTime, utcTime } from '../../ui/format.ts';

/** Places of the slider between the log's first and last event: an arrow key goes one of them on, a page key a tenth of all. */
const PLACES = 1_000;

const HOUR_MS = 3_600_000;

const steps: readonly (readonly [string, number])[] = [
  ['week', 168 * HOUR_MS],
  ['day', 24 * HOUR_MS],
  ['hour', HOUR_MS],
];

interface TimeSliderProps {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly atMs: number;
  readonly onChange: (atMs: number) => void;
}

/** A time in the life of the log: by a slider, by steps, or written out. */
export function TimeSlider({ firstMs, lastMs, atMs, onChange }: TimeSliderProps) {
  const spanMs = Math.max(lastMs - firstMs, 1);
  const within = (ms: number): number => Math.min(Math.max(ms, firstMs), lastMs);
  const iso = new Date(atMs).toISOString();
  return (
    <div className="flex flex-col gap-3 p-4">
      <label className="flex flex-col gap-1">
        <span className="font-medium">Time</span>
        <input
          type="range"
          className="w-full accent-(--color-accent)"
          min={0}
          max={PLACES}
          value={Math.round(((within(atMs) - firstMs) / spanMs) * PLACES)}
          aria-valuetext={localTime(iso)}
          onChange={({ target }) => onChange(firstMs + Math.round((Number(target.value) / PLACES) * spanMs))}
        />
        <span className="flex justify-between gap-2 text-xs text-soft">
          <span>{localTime(new Date(firstMs).toISOString())}</span>
          <span>{localTime(new Date(lastMs).toISOString())}</span>
        </span>
      </label>
      <div className="flex flex-wrap items-end gap-2">
        {steps.map(([name, ms]) => (
          <Button key={name} disabled={atMs <= firstMs} onClick={() => onChange(within(atMs - ms))}>
            {`− 1 ${name}`}
          </Button>
        ))}
        {steps.toReversed().map(([name, ms]) => (
          <Button key={name} disabled={atMs >= lastMs} onClick={() => onChange(within(atMs + ms))}>
            {`+ 1 ${name}`}
          </Button>
        ))}
      </div>
      <ExactTime iso={iso} onChange={onChange} />
    </div>
  );
}

/** Any time, before the log as well. */
function ExactTime({ iso, onChange }: { readonly iso: string; readonly onChange: (atMs: number) => void }) {
  const [text, setText] = useState(iso);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    setText(iso);
    setProblem(undefined);
  }, [iso]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const ms = Date.parse(text);
    if (Number.isNaN(ms)) setProblem('Write a time such as 2026-11-28T12:00:00Z.');
    else onChange(ms);
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <TextField
        label="Exact time"
        hint={utcTime(iso)}
        className="w-72 max-w-full"
        value={text}
        problem={problem}
        onChange={({ target }) => setText(target.value)}
      />
      <Button type="submit" className="sm:mb-5">
        Go there
      </Button>
    </form>
  );
}
