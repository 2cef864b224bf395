import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Two people change one thing at a time: the second is told what the first did, and undoes nothing of it. */

const { installation, signedIn } = await startConsole();
const { admin } = installation;

type Document = Readonly<Record<string, unknown>>;

interface Edited {
  readonly what: string;
  /** Makes it, and says what it is called. */
  readonly make: () => Promise<string>;
  readonly collection: string;
  /** Its screen. */
  readonly at: (id: string) => string;
  readonly button: (id: string) => string;
  /** What the other one changes meanwhile, and what that reads as. */
  readonly theirs: Document;
  readonly told: string;
  /** What is filled in here: a label, a text, and the field that it is. */
  readonly mine: readonly [label: string, text: string, field: string];
}

const put = async (path: string, body: Document): Promise<void> => {
  const { status, document } = await admin.call('PUT', path, { body });
  assert.equal(status, 201, JSON.stringify(document));
};

const named = (collection: string, id: string, body: Document) => async (): Promise<string> => {
  await put(`/admin/${collection}/${id}`, body);
  return id;
};

const made = (collection: string, body: Document) => async (): Promise<string> => {
  const { status, document } = await admin.call<{ id: string }>('POST', `/admin/${collection}`, { body });
  assert.equal(status, 201, JSON.stringify(document));
  return document.id;
};

const model = { targets: [{ provider: 'sim-openai', model: 'gpt-4o-mini' }] };

const rows: readonly Edited[] = [
  {
    ...{ what: 'a model', collection: 'models', make: named('models', 'm1', model), at: () => 'models?view=models' },
    ...{ button: (id) => `Change ${id}`, theirs: { strategy: 'random' }, told: 'random' },
    mine: ['Output tokens', '77', 'output_tokens_default'],
  },
  {
    ...{ what: 'an alias', collection: 'aliases', make: named('aliases', 'a1', { models: ['gpt-4o-mini'] }) },
    ...{
      at: () => 'models?view=aliases',
      button: (id) => `Change ${id}`,
      theirs: { strategy: 'random' },
      told: 'random',
    },
    mine: ['Models', 'gpt-4o', 'models'],
  },
  {
    ...{ what: 'a route', collection: 'routes', make: named('routes', 'r1', { models: ['gpt-4o-mini'], order: 5 }) },
    ...{ at: () => 'routes', button: (id) => `Change ${id}`, theirs: { tags: ['blue'] }, told: '["blue"]' },
    mine: ['Order', '9', 'order'],
  },
  {
    ...{ what: 'a price', collection: 'prices', at: () => 'prices?search=house%2Fp1' },
    make: named('prices', 'house/p1', { prices: [{ unit: 'input', usd_per_million: '1.5' }] }),
    button: (id) => `Change ${id}`,
    theirs: { context_tokens: 1_000 },
    told: '1000',
    mine: ['Output, USD for a million', '2.5', 'prices'],
  },
  {
    ...{ what: 'a user', collection: 'users', make: made('users', { name: 'Ann' }), at: (id) => `users/${id}` },
    ...{ button: () => 'Edit', theirs: { multiplier: '1.5' }, told: '1.5', mine: ['Tags', 'red', 'tags'] },
  },
  {
    ...{ what: 'a team', collection: 'teams', make: made('teams', { name: 'Blue' }), at: (id) => `teams/${id}` },
    ...{ button: () => 'Edit', theirs: { tags: ['theirs'] }, told: '["theirs"]', mine: ['Name', 'Green', 'name'] },
  },
];

for (const { what, collection, make, at, button, theirs, told, mine } of rows) {
  test(`of ${what} that two change at a time, the second sees what the first did, and both changes hold`, async () => {
    const id = await make();
    const path = `/admin/${collection}/${id}`;
    const { page, faults } = await signedIn('operator');
    await page.goto(`${installation.gateway().url}/console/${at(id)}`);
    await page.getByRole('button', { name: button(id), exact: true }).click();
    const dialog = page.getByRole('dialog');
    const [label, text, field] = mine;
    await dialog.getByLabel(label, { exact: true }).fill(text);

    assert.equal((await admin.call('PATCH', path, { body: theirs })).status, 200);
    const between = (await admin.call<Document>('GET', path)).document;
    await dialog.getByRole('button', { name: /^(Save|Publish)$/ }).click();
    const alert = dialog.getByRole('alert').filter({ hasText: 'Somebody else changed it meanwhile' });
    await alert.getByRole('cell', { name: told, exact: true }).waitFor();
    assert.deepEqual(
      (await admin.call<Document>('GET', path)).document[field],
      between[field],
      'nothing is changed yet',
    );
    assert.equal(await dialog.getByLabel(label, { exact: true }).inputValue(), text, 'and what was typed is there');
    assert.deepEqual(await seriousFaults(page), []);

    await dialog.getByRole('button', { name: /^(Save|Publish)$/ }).click();
    await dialog.waitFor({ state: 'detached' });
    const { document } = await admin.call<Document>('GET', path);
    assert.notDeepEqual(document[field], between[field]);
    for (const name of Object.keys(theirs)) assert.deepEqual(document[name], between[name], `${name} is theirs`);
    assert.deepEqual(faults, []);
  });
}
