import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from '#testkit/test.ts';
import { startLookups } from './places.ts';

const targets = async (places: ReturnType<typeof startLookups>): Promise<string[]> =>
  (await places.current()).map(({ target }) => target);

test('addresses and this machine are not looked up, and known at once', () => {
  const places = startLookups(['10.0.0.1:81', '[::1]:82', 'localhost:83'], () => assert.fail('looked up'));
  assert.deepEqual(places.current(), [
    { target: '10.0.0.1:81', name: '' },
    { target: '[::1]:82', name: '' },
    { target: 'localhost:83', name: '' },
  ]);
});

test('a name is all machines it stands for, those that come and go included', async () => {
  let machines = ['10.0.0.2', '10.0.0.1', 'fd00::1', '10.0.0.2'];
  const places = startLookups(['router:81', '10.9.9.9:82'], async () => machines, 10);
  assert.ok(places.current() instanceof Promise, 'nobody is asked before it is known who there is');
  assert.deepEqual(await places.current(), [
    { target: '10.0.0.1:81', name: 'router:81' },
    { target: '10.0.0.2:81', name: 'router:81' },
    { target: '[fd00::1]:81', name: 'router:81' },
    { target: '10.9.9.9:82', name: '' },
  ]);
  machines = ['10.0.0.2', '10.0.0.3'];
  await pause(50);
  assert.deepEqual(await targets(places), ['10.0.0.2:81', '10.0.0.3:81', '10.9.9.9:82']);
  places.close();
});

test('a name that cannot be looked up stands for itself, or for what it was', async () => {
  let isKnown = false;
  let isEmpty = false;
  const lookup = async (): Promise<string[]> => {
    if (isEmpty) return [];
    return isKnown ? ['10.0.0.1'] : Promise.reject(new Error('no such name'));
  };
  const places = startLookups(['router:81'], lookup, 10);
  assert.deepEqual(await targets(places), ['router:81']);
  isKnown = true;
  await pause(50);
  assert.deepEqual(await targets(places), ['10.0.0.1:81']);
  isKnown = false;
  await pause(50);
  assert.deepEqual(await targets(places), ['10.0.0.1:81']);
  isEmpty = true;
  await pause(50);
  assert.deepEqual(await targets(places), ['10.0.0.1:81']);
  places.close();
});
