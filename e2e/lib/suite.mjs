// A suite whose tests each open the page anew, in one browser, and in which nothing may ever go wrong in the console.

import { after, afterEach, before } from 'node:test';
import { quiet } from './app.mjs';
import { launch, open, started } from './harness.mjs';

/**
 * Sets the suite up. The function that it returns opens the page, with `options` as in `open`, and gives Playwright's
 * page once the program has drawn something.
 */
export function fresh(context = {}) {
  let browser;
  let all = [];

  before(async () => {
    browser = await launch();
  });

  afterEach(async () => {
    const opened = all;
    all = [];
    try {
      opened.forEach(quiet);
    } finally {
      // A page left open would keep the process from ending.
      for (const seen of opened) await seen.close();
    }
  });

  after(() => browser?.close());

  return async (options = {}) => {
    const seen = await open({ ...options, browser, context: { ...context, ...options.context } });
    all.push(seen);
    await started(seen.page);
    return seen.page;
  };
}
