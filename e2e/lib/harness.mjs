// What every browser test needs: the page served, a browser, and a watch on
// what the page must never do.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

export const DIST =
  process.env.MIRRORLINE_DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));

const BROWSERS = [
  process.env.MIRRORLINE_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

// Without these a browser calls home at every start, which no test needs.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Launches the browser, with more arguments if need be. */
export async function launch(more = []) {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  if (!executablePath) {
    throw new Error('no browser found: name one in MIRRORLINE_BROWSER');
  }
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more], headless: true });
}

/**
 * Opens the page. The result has `page`, `server`, and what was seen so far:
 * `problems` (console errors and warnings, uncaught errors, failed requests)
 * and `foreign` (requests that left the page's own origin). `close()` ends all.
 *
 * `options.context` goes to Playwright's newContext; `options.path` is added to
 * the address (for example '?x#y'); `options.browser` shares a browser;
 * `options.firstVisit` comes with an empty memory.
 */
export async function open(options = {}) {
  const server = await serve(DIST);
  const browser = options.browser ?? (await launch());
  const context = await browser.newContext(options.context);
  if (!options.firstVisit) {
    // Who comes for the first time is shown a tour; most tests are somebody who has been here.
    await context.addInitScript(() => {
      try {
        localStorage.setItem('mirrorline-toured', 'yes');
      } catch {
        // A page without a place of its own, before the real one.
      }
    });
  }
  const page = await context.newPage();
  const problems = [];
  const foreign = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      problems.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // A page that is left, or loaded again, gives up what it was still fetching; what is not there is a 404 below.
    if (why !== 'net::ERR_ABORTED') {
      problems.push(`failed: ${request.url()} ${why}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) {
      problems.push(`${response.status()}: ${response.url()}`);
    }
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(server.origin) && !/^(data|blob):/.test(url)) {
      foreign.push(url);
    }
  });
  await page.goto(server.url + (options.path ?? ''));
  return {
    page,
    context,
    browser,
    server,
    problems,
    foreign,
    close: async () => {
      await context.close();
      if (!options.browser) {
        await browser.close();
      }
      await server.close();
    },
  };
}

/** Waits until the program in the page has drawn something. */
export async function started(page) {
  await page.locator('#app').first().waitFor({ timeout: 20_000 });
}
