const DONE = Buffer.from('data: [DONE]\n\n');
const CLOSING_BRACE = 0x7d;

/** How far back from its end an answer must be seen to know that it ended as it should. */
export const TAIL_BYTES: number = DONE.length;

/** Whether an answer's last bytes are those of a whole one. Called for every answer, so that it parses nothing. */
export function endsWhole(tail: Buffer, isStream: boolean): boolean {
  return isStream
    ? tail.length >= DONE.length && tail.subarray(-DONE.length).equals(DONE)
    : tail.at(-1) === CLOSING_BRACE;
}

/** What is wrong with an answer read in full; undefined: nothing. For samples. */
export function answerFault(text: string, isStream: boolean): string | undefined {
  try {
    const { content, totalTokens } = isStream ? readStream(text) : readWhole(JSON.parse(text));
    if (!content.startsWith('Hello from the simulator!')) return `says ${JSON.stringify(content.slice(0, 80))}`;
    return totalTokens > 0 ? undefined : 'tells no usage';
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
}

interface ReadAnswer {
  readonly content: string;
  readonly totalTokens: number;
}

interface Document {
  readonly choices: readonly {
    readonly message?: { readonly content: string };
    readonly delta?: { readonly content?: string };
  }[];
  readonly usage?: { readonly total_tokens: number } | null;
}

function readWhole(document: Document): ReadAnswer {
  return { content: document.choices[0]?.message?.content ?? '', totalTokens: document.usage?.total_tokens ?? 0 };
}

function readStream(text: string): ReadAnswer {
  const frames = text.split('\n\n').filter((frame) => frame !== '' && frame !== 'data: [DONE]');
  let content = '';
  let totalTokens = 0;
  for (const frame of frames) {
    if (!frame.startsWith('data: ')) throw new Error(`a frame without data: ${frame.slice(0, 80)}`);
    const document = JSON.parse(frame.slice('data: '.length)) as Document;
    content += document.choices[0]?.delta?.content ?? '';
    totalTokens += document.usage?.total_tokens ?? 0;
  }
  return { content, totalTokens };
}
