// Assistive technology: axe has nothing to say about any panel, dialog and view, in any theme.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, until, violations } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ reducedMotion: 'reduce' });

const PANELS = [
  ['the inspector', (page) => page.keyboard.press('i')],
  ['acknowledged writes', (page) => page.keyboard.press('k')],
  ['invariants', (page) => page.keyboard.press('v')],
  ['events and causes', async (page) => {
    await page.keyboard.press('e');
    await page.keyboard.press('q');
  }],
  ['about', async (page) => {
    const tab = page.getByTestId('tab-about');
    if (!(await tab.isVisible())) await page.getByTestId('open-inspector').click();
    await tab.click();
  }],
  ['the space-time diagram', (page) => page.keyboard.press('s')],
  ['the scenarios', (page) => page.getByTestId('scenario-picker').click()],
  ['keys', (page) => page.keyboard.press('?')],
  ['sharing', (page) => page.getByTestId('share').click()],
  ['opening a trace', (page) => page.getByTestId('open-trace').click()],
  ['everything that can be broken', (page) => page.getByTestId('more-faults').click()],
  ['other futures', (page) => page.getByTestId('branches').click()],
  ['running until something happens', (page) => page.keyboard.press('u')],
];

for (const theme of ['dark', 'light', 'projector']) {
  test(`axe has nothing to say, ${theme}`, async () => {
    const page = await opened({ path: `?theme=${theme}` });
    await pause(page);
    for (let n = 0; n < 20; n += 1) await page.keyboard.press('Alt+ArrowRight');
    await until(page, ({ event }) => event === 20);
    await page.keyboard.press('a');
    await until(page, ({ event }) => event === 21);
    const found = { 'the stage': await violations(page) };
    for (const [name, show] of PANELS) {
      await show(page);
      await page.waitForTimeout(150);
      found[name] = await violations(page);
      await page.keyboard.press('Escape');
      if (name.includes('space-time')) await page.keyboard.press('s');
    }
    const nothing = Object.fromEntries(Object.keys(found).map((name) => [name, []]));
    assert.deepEqual(found, nothing);
    assert.equal((await position(page)).event, 21);
  });
}
