import assert from 'node:assert/strict';
import { spyOn } from 'jest-mock';
import { follow } from '#journal/following.ts';
import { newId } from '#kernel/ids.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { type Scope, test } from '#testkit/test.ts';
import { watchFollowing } from './watch-following.ts';

/** A standby whose fold, and whose known end of the log, the test sets. */
function standby(context: Scope) {
  const looks: (() => void)[] = [];
  const timers = spyOn(globalThis, 'setInterval').mockImplementation(((look: () => void) => looks.push(look)) as never);
  context.defer(() => timers.mockRestore());
  const state = { position: 10, head: 10, ends: [] as string[] };
  const stopWatching = watchFollowing(
    { name: 'quota', fence: (error) => state.ends.push(error.message) },
    { knownHead: () => state.head },
    { position: () => state.position, stopped: new Promise(() => undefined) },
  );
  // It checks once a second.
  const seconds = (count: number): void => {
    for (let second = 0; second < count; second += 1) for (const look of looks) look();
  };
  return { state, seconds, stopWatching };
}

test('a standby ends when it folds nothing for half a minute though there is something to fold', (context) => {
  const { state, seconds } = standby(context);
  seconds(100);
  state.head = 12;
  seconds(29);
  state.position = 11;
  seconds(29);
  assert.deepEqual(state.ends, []);
  seconds(2);
  assert.match(state.ends[0] ?? '', /quota follows the log no further than 11, 1 events behind it/);
});

test('a standby that was up to date ends when it falls far behind, and one that loads for long does not', (context) => {
  const { state, seconds } = standby(context);
  state.head = 1_000_000;
  for (let look = 0; look < 10; look += 1) {
    state.position += 50_000;
    seconds(1);
  }
  assert.deepEqual(state.ends, []);
  state.position = state.head;
  seconds(1);
  state.head += 100_001;
  state.position += 1;
  seconds(1);
  assert.deepEqual(state.ends, []);
  state.head += 1;
  seconds(1);
  assert.equal(state.ends.length, 1);
});

test('a standby that does not know yet where the log ends is not up to date', (context) => {
  const { state, seconds } = standby(context);
  state.head = 0;
  seconds(2);
  state.head = 1_000_000;
  for (let look = 0; look < 10; look += 1) {
    state.position += 50_000;
    seconds(1);
  }
  assert.deepEqual(state.ends, []);
});

test('a leader is not ended by the watch of the standby it was', (context) => {
  const { state, seconds, stopWatching } = standby(context);
  stopWatching();
  state.head = 1_000_000;
  seconds(100);
  assert.deepEqual(state.ends, []);
});

test('a fold that throws ends the standby at once', async () => {
  const journal = createMemoryJournal();
  const broken = new Error('the log contradicts itself');
  const following = follow(journal, {
    name: 'quota.live',
    afterPosition: 0,
    fold: () => {
      throw broken;
    },
  });
  const ended = Promise.withResolvers<Error>();
  const stopWatching = watchFollowing({ name: 'quota', fence: ended.resolve }, { knownHead: () => 0 }, following);
  const data = { keyId: 'k', userId: 'u', revokedAtMs: '1' };
  await journal.append({
    stream: 'key-k',
    expectedVersion: 0,
    correlationId: '',
    causationId: '',
    events: [{ eventId: newId(), type: 'ApiKeyRevoked', data }],
  });
  assert.equal((await ended.promise).cause, broken);
  stopWatching();
  await following.close();
});
