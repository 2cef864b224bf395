/** The size of an envelope, with room to spare: ids and names are bounded. */
const ENVELOPE_BYTES = 512;

interface Bodied {
  readonly body: string;
}

/** The most bytes that an event takes in a message. */
export function eventBytes({ body }: Bodied): number {
  return Buffer.byteLength(body) + ENVELOPE_BYTES;
}

/** Splits events, in order, into runs of at most so many bytes. A larger event is a run of its own. */
export function splitByBytes<Event extends Bodied>(events: readonly Event[], maxBytes: number): Event[][] {
  const runs: Event[][] = [];
  let run: Event[] = [];
  let runBytes = 0;
  for (const event of events) {
    const bytes = eventBytes(event);
    if (run.length > 0 && runBytes + bytes > maxBytes) {
      runs.push(run);
      run = [];
      runBytes = 0;
    }
    run.push(event);
    runBytes += bytes;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
