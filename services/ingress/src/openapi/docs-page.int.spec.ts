import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { startTestGateway } from '../testing.ts';

test('GET /docs is a page that loads all it needs from this gateway, under a policy that allows nothing else', async () => {
  await using gateway = await startTestGateway();
  const page = await fetch(`${gateway.url}/docs`);
  assert.equal(page.status, 200);
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  const html = await page.text();
  assert.doesNotMatch(html, /https?:\/\/|<script>|\son\w+=/);
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  assert.equal(files.length, 3);
  for (const path of files) {
    const file = await fetch(`${gateway.url}${path}`);
    assert.equal(file.status, 200, path);
    assert.match(file.headers.get('content-type') ?? '', path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
    assert.ok((await file.text()).length > 50, path);
  }
  assert.equal((await fetch(`${gateway.url}/docs/package.json`)).status, 404);
});
