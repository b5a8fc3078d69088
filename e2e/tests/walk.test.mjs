// One walk through everything, as somebody would take it: open, play, tamper, branch, seek, share, and open the link
// on a phone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, pause, position, press, stage, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh();

test('open, play, tamper, branch, seek, share, open the link on a phone', async () => {
  const page = await opened({ firstVisit: true });
  await page.getByTestId('tour-skip').click();

  // It plays by itself.
  await changed(page, await stage(page), 2_000);
  await until(page, ({ event }) => event >= 4, 20_000);
  await pause(page);

  // A message on the link is lost, which no correct link does: the page says that this is a what-if.
  const data = page.locator('[data-token="DATA"] button');
  for (let n = 0; n < 40 && (await data.count()) === 0; n += 1) {
    await page.keyboard.press('Alt+ArrowRight');
    await page.waitForTimeout(50);
  }
  await data.first().click();
  await page.getByTestId('break-drop').click();
  const whatIf = (of) => of.getByText('What if: tampered link');
  await whatIf(page).waitFor();

  // The old future is still there.
  await page.getByTestId('branches').click();
  await page.getByTestId('branch-0').click();
  await page.getByTestId('branch-1').click();
  await page.keyboard.press('Escape');

  // Somewhere else by the scrubber, and back a little.
  const box = await page.getByTestId('scrubber').boundingBox();
  await page.mouse.click(box.x + box.width * 0.4, box.y + box.height - 8);
  const here = await press(page, 'ArrowLeft');
  assert.ok(here.event > 0 && here.event < here.total);

  // The link, on a phone.
  await page.getByTestId('share').click();
  const address = await page.getByTestId('share-link').inputValue();
  const phone = await opened({
    path: address.slice(address.indexOf('#')),
    context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  });
  const there = await position(phone);
  assert.deepEqual([there.event, there.total, there.playing], [here.event, here.total, false]);
  await whatIf(phone).waitFor();
  await phone.getByTestId('play').tap();
  await until(phone, ({ event, playing }) => playing && event > there.event, 20_000);
});
