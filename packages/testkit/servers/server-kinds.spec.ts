import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { test } from '#testkit/test.ts';
import { serverKinds, serverNames } from './server-kinds.ts';

const compose = parse(readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')) as {
  readonly services: Readonly<Record<string, { readonly image: string }>>;
};

test('the containers of the tests are of the images that docker-compose.yml runs', () => {
  for (const name of serverNames) {
    const { image, imageVariable } = serverKinds[name];
    assert.equal(compose.services[name]?.image, `\${${imageVariable}:-${image}}`);
  }
});
