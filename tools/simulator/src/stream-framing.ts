import { foreignEvents, processingComment } from './foreign-events.ts';

/** How the events of a stream are put into bytes. */
export interface StreamFraming {
  readonly contentType: string;
  /** `latin1`: the frames are bytes, one a character. */
  readonly encoding: 'utf8' | 'latin1';
  /** Lawful things that belong to no format and have to be passed over. */
  readonly foreign: string;
  /** What comes while a request waits; empty: nothing. */
  readonly whileWaiting: string;
}

export const serverSentEvents: StreamFraming = {
  contentType: 'text/event-stream; charset=utf-8',
  encoding: 'utf8',
  foreign: foreignEvents,
  whileWaiting: processingComment,
};
