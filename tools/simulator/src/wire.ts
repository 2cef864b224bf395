import type { IncomingHttpHeaders } from 'node:http';
import type { FormatName } from '#ai/format.ts';
import type { Usage } from '#ai/usage.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Answer } from './answer.ts';
import type { SignedRequest } from './aws/verify-signature.ts';
import type { LongCacheUnit } from './completion-usage.ts';
import type { Prompt } from './prompt.ts';
import type { RequestProblem } from './request-problem.ts';
import type { Script } from './script.ts';
import type { StreamFraming } from './stream-framing.ts';

/** A completion as it is about to be told to the client. */
export interface Completion {
  /** Unique over all runs of the simulator; each wire puts its own prefix before it. */
  readonly id: string;
  readonly createdAtMs: number;
  readonly prompt: Prompt;
  readonly answer: Answer;
  /** What is reported; undefined when the script leaves it out. */
  readonly usage: Usage | undefined;
  /** For how the answer is told where the script has a say in it. */
  readonly script: Script;
}

/** One provider's format: how a request is read, and how answers and errors look. */
export interface Wire {
  readonly name: FormatName;
  /** The response header that carries the provider's own request id. */
  readonly requestIdHeader: string;
  readonly longCacheUnit: LongCacheUnit;
  /** What is wrong with the headers, if anything. */
  refuseHeaders(headers: IncomingHttpHeaders): RequestProblem | undefined;
  /** What is wrong with the request as a whole, if anything: a signature covers its body, too. Absent: nothing is. */
  readonly refuseRequest?: (request: SignedRequest) => RequestProblem | undefined;
  /** Reads the body; throws a RequestProblem for what the provider would refuse. */
  readPrompt(body: JsonObject, headers: IncomingHttpHeaders): Prompt;
  errorBody(problem: Pick<RequestProblem, 'status' | 'message' | 'details'>): string;
  /** Headers that tell of an error what its body does not. */
  readonly errorHeaders?: (problem: Pick<RequestProblem, 'status' | 'details'>) => Readonly<Record<string, string>>;
  completionBody(completion: Completion): string;
  streamFrames(completion: Completion): StreamFrames;
  /** Absent: server-sent events. */
  readonly framing?: StreamFraming;
}

/** A stream in the order in which it goes out, in the encoding of its framing: every block has a start, its pieces and an end. */
export interface StreamFrames {
  opening(): string;
  blockStart(block: number): string;
  /** The nth piece of a block, for every choice. */
  delta(block: number, piece: number): string;
  blockEnd(block: number): string;
  /** Why it ends and what it used. */
  closing(): string;
  /** What tells the client that nothing was cut off. */
  terminator(): string;
  /** An error after the stream has begun. */
  error(): string;
  /** A line no parser can read. */
  garbage(): string;
}
