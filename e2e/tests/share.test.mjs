// Links, files, other futures, and the work of an interrupted visit.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pause, position, seriousViolations, stage, until } from '../lib/app.mjs';
import { started } from '../lib/harness.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ reducedMotion: 'reduce' });

const steps = async (page, count) => {
  for (let n = 0; n < count; n += 1) await page.keyboard.press('Alt+ArrowRight');
};

/** Somebody's work: something is broken at event 30, and looked at a little later. */
async function work(page) {
  await pause(page);
  await steps(page, 30);
  await until(page, ({ event }) => event === 30);
  await page.keyboard.press('a');
  await until(page, ({ event }) => event === 31);
  await steps(page, 5);
  await until(page, ({ event }) => event === 36);
}

async function link(page) {
  await page.getByTestId('share').click();
  const address = await page.getByTestId('share-link').inputValue();
  await page.getByTestId('share-dialog').getByRole('button', { name: 'Close' }).click();
  return address;
}

test('a link shows the same stage in a fresh profile', async () => {
  const page = await opened();
  await work(page);
  const shown = await stage(page);
  const address = await link(page);
  const hash = address.slice(address.indexOf('#'));
  assert.ok(hash.length < 120, `${hash} is not short`);
  const other = await page.context().browser().newContext({ reducedMotion: 'reduce' });
  const there = await other.newPage();
  await there.goto(address);
  await started(there);
  assert.deepEqual(await position(there), await position(page));
  assert.equal(await stage(there), shown);
  await other.close();
});

test('a link that is pasted over another one is opened at once', async () => {
  const page = await opened();
  await work(page);
  const address = await link(page);
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  await page.evaluate((hash) => { location.hash = hash; }, address.slice(address.indexOf('#')));
  await until(page, ({ event }) => event === 36);
});

for (const [what, hash] of [['damaged', '#m2.AAAABBBB'], ['newer', '#m9.AAAA'], ['no', '#hello']]) {
  test(`${what} link says so, and the page goes on`, async () => {
    const page = await opened({ path: hash });
    const banner = page.getByTestId('banner');
    assert.match(await banner.innerText(), /link cannot be opened/);
    await banner.getByRole('button', { name: 'Dismiss' }).click();
    await page.keyboard.press('ArrowRight');
    await until(page, ({ event }) => event > 0);
  });
}

test('the sharing dialog has a code, is complete, and stands in nobody’s way', async () => {
  const page = await opened();
  await page.getByTestId('share').click();
  await page.getByTestId('share-qr').waitFor();
  assert.match(await page.getByTestId('share-frame').inputValue(), /^<iframe src=".*\?embed#m2\./);
  assert.deepEqual(await seriousViolations(page), []);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('share-file').click()]);
  assert.match(file.suggestedFilename(), /\.mirrorline$/);
  assert.match(await readFile(await file.path(), 'utf8'), /^m2\./);
});

test('a scenario that was saved can be dropped in again, and a bad one says where it is wrong', async () => {
  const page = await opened();
  await page.getByTestId('open-trace').click();
  const path = join(tmpdir(), 'mirrorline-bad.scenario');
  await writeFile(path, 'mirrorline scenario 1\nlunes 0\n');
  await page.getByTestId('trace-file').setInputFiles(path);
  assert.match(await page.getByTestId('banner').innerText(), /lunes.*Line 2, column 1/);
  await writeFile(path, 'mirrorline scenario 1\ntitle Mine\nlun 0 64 blocks owner A\nat 1ms host 1 writes block 0:8 via A\n');
  await page.getByTestId('open-trace').click();
  await page.getByTestId('trace-file').setInputFiles(path);
  await page.getByText('Mine').first().waitFor();
  assert.equal(await page.getByTestId('scenario-title').innerText(), 'Mine');
});

test('the old future stays: switch, compare, undo and redo', async () => {
  const page = await opened();
  await work(page);
  const broken = await stage(page);
  await page.getByTestId('branches').click();
  await page.getByTestId('branch-0').click();
  await until(page, ({ event }) => event === 30);
  assert.match(await page.getByTestId('branches').innerText(), /As it was/);
  await page.getByTestId('compare-1').click();
  const dialog = page.getByTestId('compare-dialog');
  assert.match(await page.getByTestId('compare-same').innerText(), /same up to event 30\. The first difference/);
  assert.match(await dialog.innerText(), /Controller A dies/);
  assert.deepEqual(await seriousViolations(page), []);
  await dialog.getByRole('button', { name: 'Show this one' }).click();
  await until(page, ({ event }) => event === 36);
  assert.equal(await stage(page), broken);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await until(page, ({ event }) => event === 36);
  await page.keyboard.press('Control+z');
  await until(page, ({ event }) => event === 30);
  await page.keyboard.press('Control+Shift+z');
  await until(page, ({ event }) => event === 31);
});

test('the work of an interrupted visit is offered again, once', async () => {
  const page = await opened();
  await work(page);
  await page.reload();
  await started(page);
  await page.getByTestId('offer-resume').click();
  await until(page, ({ event }) => event === 36);
  await page.reload();
  await started(page);
  await page.getByTestId('offer-forget').click();
  await page.reload();
  await started(page);
  assert.equal(await page.getByTestId('offer').count(), 0);
});

test('the address sets speed, panel and size; embedded, keys are the host page’s until a click', async () => {
  const page = await opened({ path: '?speed=1/4&panel=invariants&scale=1.5' });
  assert.equal(await page.getByTestId('speed-text').innerText(), '1/4×');
  assert.equal(await page.getByTestId('tab-invariants').getAttribute('aria-selected'), 'true');
  const scale = () => page.evaluate(() => getComputedStyle(document.getElementById('root')).zoom);
  assert.equal(Number(await scale()), 1.5);
  await page.goto(page.url().replace(/\?.*/, '?embed'));
  await started(page);
  assert.equal(await page.locator('header.top').isVisible(), false);
  await page.keyboard.press('ArrowRight');
  assert.equal((await position(page)).event, 0);
  await page.getByRole('main').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('ArrowRight');
  const { event } = await until(page, (now) => now.event > 0);
  // Esc closes what is open, and only when nothing is gives it the keys back.
  const dialog = page.locator('dialog[open]');
  await page.keyboard.press('?');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  const moved = await until(page, (now) => now.event > event);
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(300);
  assert.equal((await position(page)).event, moved.event);
});
