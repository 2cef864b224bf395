/** Where a command's answer goes: as text for people, or as JSON for programs. */
export interface Output {
  /** The whole answer. With --json one document, else the text. */
  answer(answer: { readonly json: unknown; readonly text: () => string }): void;
  /** One item of an answer that may be long: with --json one document a line. */
  item(item: { readonly json: unknown; readonly text: () => string }): Promise<void>;
  /** A line that replaces itself, for someone who watches; nowhere where nobody does. */
  progress(text: string): void;
  failure(failure: { readonly code: string; readonly message: string }): void;
}

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createOutput({ stdout, stderr }: Streams, isJson: boolean): Output {
  let hasProgress = false;
  const clearProgress = (): void => {
    if (hasProgress) stderr.write(CLEAR_LINE);
    hasProgress = false;
  };
  return {
    answer: ({ json, text }) => {
      clearProgress();
      stdout.write(`${isJson ? toJson(json, 2) : text()}\n`);
    },
    item: async ({ json, text }) => {
      const hasRoom = stdout.write(`${isJson ? toJson(json) : text()}\n`);
      if (!hasRoom) await new Promise((resolve) => stdout.once('drain', resolve));
    },
    progress: (text) => {
      if (isJson || !stderr.isTTY) return;
      stderr.write(`${CLEAR_LINE}${text}`);
      hasProgress = true;
    },
    failure: ({ code, message }) => {
      clearProgress();
      stderr.write(isJson ? `${toJson({ error: { code, message } })}\n` : `gatewayctl: ${message}\n`);
    },
  };
}

const CLEAR_LINE = '\r\u001b[2K';

/** Amounts and positions beyond 2^53 go as decimal text, hashes as hex. */
export function toJson(value: unknown, indent?: number): string {
  const plain = (_key: string, item: unknown): unknown => (typeof item === 'bigint' ? String(item) : item);
  return JSON.stringify(value, plain, indent);
}
