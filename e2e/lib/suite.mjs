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
  let seen;

  before(async () => {
    browser = await launch();
  });

  afterEach(async () => {
    if (!seen) return;
    const last = seen;
    seen = undefined;
    try {
      quiet(last);
    } finally {
      // A page left open would keep the process from ending.
      await last.close();
    }
  });

  after(() => browser?.close());

  return async (options = {}) => {
    seen = await open({ ...options, browser, context: { ...context, ...options.context } });
    await started(seen.page);
    return seen.page;
  };
}
