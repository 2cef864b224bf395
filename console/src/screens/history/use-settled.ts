import { useEffect, useRef, useState } from 'react';

/** A slider that is dragged asks nothing until it rests for so long. */
const SETTLE_MS = 250;

/**
 * A value that moves at once for the eye, and is told on once it rests. What is told from elsewhere (the URL) takes its place.
 */
export function useSettled<T>(given: T, onSettled: (value: T) => void): readonly [T, (value: T) => void] {
  const [moving, setMoving] = useState<{ readonly value: T } | null>(null);
  const tell = useRef(onSettled);
  tell.current = onSettled;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is given ends the movement
  useEffect(() => setMoving(null), [given]);
  useEffect(() => {
    if (moving === null) return;
    const timer = setTimeout(() => tell.current(moving.value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [moving]);
  return [moving === null ? given : moving.value, (value) => setMoving({ value })];
}
