import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { databaseUrlFault } from './database-url.ts';
import { ConfigError, loadConfig } from './load-config.ts';

test('URLs that the driver takes have no fault', () => {
  for (const url of [
    'postgresql://gateway:p%40%23@db.example:5432/gateway?sslmode=require',
    'postgres://a',
    'postgresql://u:p@localhost:5433/db?host=%2Ftmp%2Fsome%20where',
    'postgresql:///gateway',
  ]) {
    assert.equal(databaseUrlFault(url), undefined, url);
  }
});

test('the fault of a URL says what is wrong, and never the password', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['garbage', /^is not a URL; write postgresql:\/\//],
    ['mysql://u:secret7f3a@h/d', /^begins with mysql:\/\/;/],
    ['postgresql://u:secret7f3a#x@h:1/d', /^cannot be read as a URL; in a password write/],
    ['postgresql://u:secret7f3a%zz@h:1/d', /^has a % without two hex digits/],
  ];
  for (const [url, fault] of cases) {
    assert.match(databaseUrlFault(url) ?? '', fault, url);
    assert.doesNotMatch(databaseUrlFault(url) ?? '', /7f3a/);
  }
});

test('DATABASE_URL=garbage is a fault of the configuration that names the variable', () => {
  assert.throws(
    () => loadConfig({ DATABASE_URL: 'garbage' }),
    (error) => error instanceof ConfigError && /^DATABASE_URL: is not a URL/.test(error.faults.join()),
  );
});
