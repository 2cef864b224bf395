import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readArguments } from './read-arguments.ts';

const known = { flags: ['help', 'quiet'], words: ['migrate'] };

test('known flags and words are read, -h among them', () => {
  const { flags, words } = readArguments(['-h', 'migrate', '--quiet'], known);
  assert.deepEqual([[...flags], words], [['help', 'quiet'], ['migrate']]);
});

test('what is not known is told in one line, with the setting that is meant and where to read on', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['--port', '9'], 'Unknown option --port; it is a setting: GATEWAY_PORT. Add --help for what there is.'],
    [
      ['--grpc-port=9'],
      'Unknown option --grpc-port; it is a setting: GATEWAY_GRPC_PORT. Add --help for what there is.',
    ],
    [['-z'], 'Unknown option -z. Add --help for what there is.'],
    [['fly'], 'Unknown argument "fly". Add --help for what there is.'],
    [['--quiet=1'], '--quiet takes no value. Add --help for what there is.'],
  ];
  for (const [args, message] of cases) assert.throws(() => readArguments(args, known), { message });
});
