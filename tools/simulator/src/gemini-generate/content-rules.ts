import { RequestProblem } from '../request-problem.ts';
import type { Content, Part } from './request-shape.ts';

/** What the API takes in place of a signature that nobody knows. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** Throws a RequestProblem (400) for a conversation that Google refuses. */
export function checkContents(contents: readonly Content[], needsSignatures: boolean): void {
  for (const [at, { role = 'user', parts }] of contents.entries()) {
    for (const [place, part] of parts.entries()) checkPart(part, `contents[${at}].parts[${place}]`, role);
    const calls = callsOf(parts);
    if (calls.length > 0) checkAnswered(calls, contents[at + 1], at === contents.length - 1);
    if (needsSignatures && calls.length > 0 && isCurrentTurn(contents, at)) checkSignature(calls[0]);
    const responses = parts.filter(({ functionResponse }) => functionResponse !== undefined);
    if (responses.length > 0 && callsOf(contents[at - 1]?.parts ?? []).length === 0) {
      throw new RequestProblem(
        400,
        'Please ensure that function response turn comes immediately after a function call turn.',
      );
    }
  }
}

function callsOf(parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ functionCall }) => functionCall !== undefined);
}

function checkPart(part: Part, at: string, role: string): void {
  const { text, inlineData, fileData, functionCall, functionResponse } = part;
  const data = [text, inlineData, fileData, functionCall, functionResponse].filter((each) => each !== undefined);
  if (data.length !== 1) {
    throw new RequestProblem(400, `${at}.data: required oneof field 'data' must have one initialized field`);
  }
  if (functionCall !== undefined && role !== 'model') {
    throw new RequestProblem(400, 'Please ensure that function call turns come from the model.');
  }
  if (functionResponse !== undefined && role !== 'user') {
    throw new RequestProblem(400, 'Please ensure that function response turns come from the user.');
  }
}

function checkAnswered(calls: readonly Part[], next: Content | undefined, isLast: boolean): void {
  const responses = (next?.parts ?? []).flatMap(({ functionResponse }) => functionResponse ?? []);
  if (isLast || responses.length !== calls.length) {
    throw new RequestProblem(
      400,
      'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    );
  }
  const names = new Set(calls.map(({ functionCall }) => functionCall?.name));
  const odd = responses.find(({ name }) => !names.has(name));
  if (odd !== undefined) throw new RequestProblem(400, `There is no function call for the response '${odd.name}'.`);
}

/** The turn since the user last said something that is no result: only its calls are checked. */
function isCurrentTurn(contents: readonly Content[], at: number): boolean {
  return contents
    .slice(at + 1)
    .every(
      ({ role, parts }) => role === 'model' || parts.some(({ functionResponse }) => functionResponse !== undefined),
    );
}

function checkSignature(call: Part | undefined): void {
  const signature = call?.thoughtSignature;
  if (signature === NO_SIGNATURE) return;
  const name = call?.functionCall?.name ?? '';
  if (signature === undefined) {
    throw new RequestProblem(400, `Function call is missing a thought_signature in functionCall parts: '${name}'.`);
  }
  if (!isOwn(signature, name)) throw new RequestProblem(400, 'Corrupted thought signature.');
}

/** A signature that the simulator gave for a call of this name. */
export function callSignature(name: string): string {
  return Buffer.from(`the simulator calls ${name}`).toString('base64');
}

function isOwn(signature: string, name: string): boolean {
  return signature === callSignature(name);
}
