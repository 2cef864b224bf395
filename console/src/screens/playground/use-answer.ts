import { useEffect, useRef, useState } from 'react';
import type { Asked, PlaygroundFormat } from './formats.ts';
import { runRequest, type Told } from './run-request.ts';

/** What came of a request so far. */
export interface Answer extends Told {
  readonly isRunning: boolean;
  readonly error: unknown;
}

const none: Answer = { text: '', costUsd: '', requestId: '', provider: '', isRunning: false, error: null };

/** Runs one request at a time; it ends with the page. */
export function useAnswer() {
  const [answer, setAnswer] = useState(none);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const run = async (format: PlaygroundFormat, asked: Asked, key: string): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    setAnswer({ ...none, isRunning: true });
    const onTold = (told: Told): void => setAnswer({ ...told, isRunning: true, error: null });
    let error: unknown = null;
    try {
      await runRequest(format, asked, { key, signal: controller.signal, onTold });
    } catch (thrown) {
      if (!controller.signal.aborted) error = thrown;
    }
    setAnswer((last) => ({ ...last, isRunning: false, error }));
  };
  return { answer, run, stop: (): void => running.current?.abort() };
}
