import { NoPlace } from '../../format.ts';
import { plainToolId } from './tool-ids.ts';
import type { Entry, Turn } from './turn.ts';

/**
 * Gives each call and its result the id that goes out. Anthropic wants a result for every call, all of them in the next
 * turn, and no id twice in a conversation; some makers' ids begin anew in each turn. Throws `NoPlace` for a call without a
 * result, and for a result without a call.
 */
export function pairCalls(turns: readonly Turn[]): void {
  const used = new Set<string>();
  let open: readonly Entry[] = [];
  for (const { role, entries } of turns) {
    if (role === 'user') {
      answer(open, entries, used);
      open = [];
    } else {
      refuseOpen(open);
      open = entries.filter(({ link }) => link === 'call');
    }
  }
  refuseOpen(open);
}

function answer(calls: readonly Entry[], entries: readonly Entry[], used: Set<string>): void {
  const results = entries.filter(({ link }) => link === 'result');
  const answered = new Set<Entry>();
  for (const call of calls) {
    const result = results.find((each) => each.callId === call.callId && !answered.has(each));
    if (!result) refuseOpen([call]);
    else {
      answered.add(result);
      const id = unusedId(call.callId, used);
      Object.assign(call.block, { id });
      Object.assign(result.block, { tool_use_id: id });
    }
  }
  const orphan = results.find((result) => !answered.has(result));
  if (!orphan) return;
  throw new NoPlace(orphan.at, `the result for '${orphan.callId}' answers no call of the turn before it`);
}

function refuseOpen([call]: readonly Entry[]): void {
  if (!call) return;
  throw new NoPlace(call.at, `the call '${call.callId}' has no result in the turn behind it`);
}

function unusedId(callId: string, used: Set<string>): string {
  let id = plainToolId(callId);
  for (let again = 2; used.has(id); again += 1) id = plainToolId(`${callId}#${again}`);
  used.add(id);
  return id;
}
