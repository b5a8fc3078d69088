// Messages on the mirror link: whatever is on its way, every name can be read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, press, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh();

/** Names that lie over another one, and how many there are. */
const names = (page) => page.evaluate(() => {
  const shown = [...document.querySelectorAll('.fly:not(.beat) .tok')]
    .filter((token) => token.querySelector('b').getClientRects().length > 0)
    .map((token) => {
      const range = document.createRange();
      range.selectNodeContents(token);
      return { name: token.textContent, box: range.getBoundingClientRect() };
    });
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  const wrong = shown.flatMap(({ name, box }, index) => shown.slice(index + 1)
    .filter((other) => over(box, other.box)).map((other) => `${name} over ${other.name}`));
  return { wrong, together: shown.length };
});

for (const [theme, width, height] of [['dark', 1600, 900], ['light', 1280, 720], ['projector', 1600, 900], ['dark', 800, 1000], ['light', 390, 844]]) {
  test(`no name on the link lies over another one, ${theme}, ${width} × ${height}`, async () => {
    const page = await opened({ path: `?theme=${theme}&speed=1/8`, context: { viewport: { width, height } } });
    await pause(page);
    await page.keyboard.press('Home');
    await until(page, ({ event }) => event === 0);
    let most = 0;
    for (let step = 0; step < 24; step += 1) {
      await press(page, 'Alt+ArrowRight');
      // As they stand at the event, and somewhere behind it.
      for (const wait of [0, 120]) {
        if (wait > 0) {
          await page.keyboard.press('Space');
          await page.waitForTimeout(wait);
          await pause(page);
        }
        const { wrong, together } = await names(page);
        assert.deepEqual(wrong, [], `at event ${(await position(page)).event}`);
        most = Math.max(most, together);
      }
    }
    assert.ok(most >= 2, 'and there are some together');
  });
}
