import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { open, overflowOf, seriousFaults } from './support/screens.ts';
import { startConsole } from './support/start-console.ts';

/* Setting up the sign-in with an identity provider by form, in a real browser. */

const { installation, signedIn } = await startConsole();

interface Oidc {
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly rules: readonly { readonly group: string; readonly role: string }[];
}

async function saved(): Promise<Oidc | null> {
  const { document } = await installation.admin.call<{ console_oidc: Oidc | null }>('GET', '/admin/settings');
  return document.console_oidc;
}

test('an owner sets it up, is told at the field what is wrong, changes the rules, and turns it off by its name alone', async () => {
  const { page, faults } = await signedIn('owner');
  await open(page, 'Settings');
  await page.getByRole('button', { name: 'Set up' }).click();
  const dialog = page.getByRole('dialog');
  const fill = (label: string, text: string) => dialog.getByLabel(label, { exact: true }).fill(text);
  const save = () => dialog.getByRole('button', { name: 'Save' }).click();
  const isWrong = (label: string) => dialog.getByLabel(label, { exact: true }).and(page.locator('[aria-invalid=true]'));
  await fill('Issuer', 'nowhere');
  await fill('Client id', 'ai-gateway');
  await fill('Group of rule 1', 'owners');
  await save();
  await isWrong('Issuer').waitFor();
  await fill('Issuer', 'https://login.example.com');
  await fill('Where the client secret is', 'env:GATEWAY_ADMIN_TOKEN');
  await save();
  await isWrong('Where the client secret is').waitFor();
  assert.equal(await saved(), null, 'what is refused changes nothing');
  await fill('Where the client secret is', 'env:CONSOLE_CLIENT_SECRET');
  await fill('Scopes', 'email, groups');
  await dialog.getByRole('button', { name: 'Add a rule' }).click();
  await fill('Group of rule 2', 'finance');
  await dialog.getByLabel('Role of rule 2').selectOption('billing');
  await dialog.getByRole('button', { name: 'Add a rule' }).click();
  await fill('Group of rule 3', 'mistake');
  await dialog.getByRole('button', { name: 'Rule 2 up' }).click();
  await dialog.getByRole('button', { name: 'Remove rule 3' }).click();
  await save();
  await dialog.waitFor({ state: 'detached' });
  const first = await saved();
  assert.equal(first?.issuer, 'https://login.example.com');
  assert.deepEqual(first?.scopes, ['email', 'groups']);
  assert.deepEqual(
    first?.rules.map(({ group, role }) => [group, role]),
    [
      ['finance', 'billing'],
      ['owners', 'owner'],
    ],
  );
  await page.getByText('https://login.example.com').waitFor();

  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await fill('Name', 'Example Login');
  await installation.admin.call('PATCH', '/admin/settings', { body: { drain_seconds: 12 } });
  await save();
  await dialog.getByText(/Somebody else changed the settings/).waitFor();
  await save();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Example Login').waitFor();

  await page.getByRole('button', { name: 'Turn off' }).click();
  assert.equal(await dialog.getByRole('button', { name: 'Turn off' }).isDisabled(), true);
  await dialog.getByRole('textbox').fill('ai-gateway');
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('button', { name: 'Set up' }).waitFor();
  assert.equal(await saved(), null);
  assert.deepEqual(faults, []);
});

test('the form is free of serious faults in light and dark and fits a phone; an operator sees it and cannot change it', async () => {
  const console_oidc = {
    issuer: 'https://login.example.com',
    client_id: 'ai-gateway',
    rules: [{ group: 'owners', role: 'owner' }],
  };
  await installation.admin.call('PATCH', '/admin/settings', { body: { console_oidc } });
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await signedIn('owner', { colorScheme, viewport: { width: 390, height: 800 } });
    await page.goto(`${installation.gateway().url}/console/settings`);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabel('Group of rule 1').waitFor();
    assert.deepEqual(await seriousFaults(page), [], colorScheme);
    assert.ok((await overflowOf(page)) <= 0);
  }
  const { page } = await signedIn('operator');
  await open(page, 'Settings');
  await page.getByText('https://login.example.com').waitFor();
  assert.equal(await page.getByRole('button', { name: /^(Change|Turn off|Set up)$/ }).count(), 0);
});
