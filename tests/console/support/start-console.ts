import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from '#testkit/browser.ts';
import { afterAll } from '#testkit/test.ts';
import { install } from '../../e2e/support/install.ts';
import type { Installation, InstallationOptions } from '../../e2e/support/installation.ts';

const BUILD = fileURLToPath(new URL('../../../scripts/build-console.ts', import.meta.url));

/** Somebody in front of the console. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page did that it must never do. */
  readonly faults: readonly string[];
}

export interface ConsoleUnderTest {
  readonly installation: Installation;
  readonly browser: Browser;
  /** Signs in by a link, as a role. */
  signedIn(role: string, options?: BrowserContextOptions): Promise<Visit>;
}

/** A gateway with the console as built now, and a browser before it. Both end with the tests of the file. */
export async function startConsole(options: InstallationOptions = {}): Promise<ConsoleUnderTest> {
  const built = spawnSync(process.execPath, [BUILD], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  const installation = await install(options);
  const browser = await openBrowser();
  afterAll(async () => {
    await browser.close();
    await installation[Symbol.asyncDispose]();
  });

  const code = async (role: string): Promise<string> => {
    const expires_at = new Date(Date.now() + 600_000).toISOString();
    const body = { name: 'test', role, purpose: 'sign_in', expires_at };
    const { document } = await installation.admin.call<{ token: string }>('POST', '/admin/admin-tokens', { body });
    return document.token;
  };
  const signedIn = async (role: string, contextOptions: BrowserContextOptions = {}): Promise<Visit> => {
    const { url } = installation.gateway();
    const context = await browser.newContext(contextOptions);
    const page = await context.newPage();
    const faults = watched(page, url);
    await page.goto(`${url}/console/#sign-in=${await code(role)}`);
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    return { context, page, faults };
  };
  return { installation, browser, signedIn };
}

/** What a page must never do: break its own policy, throw, or ask anybody but the gateway at `url`. */
export function watched(page: Page, url: string): readonly string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(request.url());
  });
  return faults;
}
