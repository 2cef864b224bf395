/** `[DONE]` in quotes, with white space around it. */
const DONE_MAX_CHARACTERS = 32;
const done = /^\s*"?\[done\]"?\s*$/i;

/** Whether an event's data says that the stream is over: `[DONE]`, which some write in quotes or in small letters. */
export function isDone(data: string): boolean {
  return data.length <= DONE_MAX_CHARACTERS && done.test(data);
}
