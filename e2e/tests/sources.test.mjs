// What is played: built-in scenarios, and traces that people bring, good ones and bad ones.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { LONG, SAMPLE, changed, choose, position, quiet, stage, until } from '../lib/app.mjs';
import { open, started } from '../lib/harness.mjs';

let seen;
let page;

before(async () => {
  seen = await open();
  page = seen.page;
  await started(page);
});

afterEach(() => quiet(seen));
after(() => seen?.close());

const title = () => page.getByTestId('scenario-title').innerText();

test('each built-in scenario can be chosen, and moves', async () => {
  const picker = page.getByTestId('scenario-picker');
  await picker.click();
  const names = await page.getByRole('menuitemradio').locator('b').allInnerTexts();
  await page.keyboard.press('Escape');
  assert.ok(names.length >= 4);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) {
    await picker.click();
    await page.getByRole('menuitemradio', { name }).first().click();
    await until(page, ({ event, playing }) => playing && event > 0);
    assert.equal(await title(), name);
    assert.match(await page.getByTestId('narration').innerText(), /\w+ \w+/);
  }
});

test('a trace is chosen, looked at, and played', async () => {
  await choose(page, SAMPLE);
  const preview = page.getByTestId('trace-preview');
  await preview.waitFor();
  const requests = (await readFile(SAMPLE, 'utf8')).match(/ (read|write) \d+ \d+$/gm).length;
  assert.match(await preview.innerText(), new RegExp(`Requests\\s+${requests}`));
  await page.getByTestId('trace-play').click();
  await until(page, ({ event, playing }) => playing && event > 0);
  assert.match(await title(), /oltp/);
});

test('how far a long trace is read ahead is seen, and nothing lies beneath it', async () => {
  await choose(page, LONG);
  await page.getByTestId('trace-play').click();
  const ahead = page.locator('.ahead');
  await ahead.waitFor();
  for (const [width, height, others] of [
    [1600, 900, ['ledger', 'scrubber']],
    [1280, 720, ['ledger', 'scrubber']],
    [390, 844, ['scrubber', 'play']],
  ]) {
    await page.setViewportSize({ width, height });
    const mine = await ahead.boundingBox();
    assert.ok(mine.x >= 0 && mine.x + mine.width <= width && mine.height >= 36, `${width}: ${JSON.stringify(mine)}`);
    for (const other of others) {
      const it = await page.getByTestId(other).boundingBox();
      const apart = it.y + it.height <= mine.y || mine.y + mine.height <= it.y || it.x + it.width <= mine.x || mine.x + mine.width <= it.x;
      assert.ok(apart, `${width}: it lies over ${other}, ${JSON.stringify([mine, it])}`);
    }
  }
  await page.getByTestId('cancel-load').click();
  await ahead.waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1600, height: 900 });
});

test('a trace can be dropped anywhere', async () => {
  const bytes = [...(await readFile(SAMPLE))];
  await page.evaluate((bytes) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(bytes)], 'dropped.iolog'));
    for (const type of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  }, bytes);
  await page.getByTestId('trace-preview').waitFor();
  assert.match(await page.getByTestId('trace-preview').innerText(), /dropped\.iolog/);
  await page.keyboard.press('Escape');
  await page.getByTestId('trace-dialog').waitFor({ state: 'detached' });
});

test('a bad file gets an error that names the line, and what was playing goes on', async () => {
  const head = 'fio version 2 iolog\n/dev/sda add\n/dev/sda open\n';
  const bad = {
    'empty.iolog': '',
    'binary.iolog': Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 37 + 128) % 256)),
    'truncated.iolog': `${head}/dev/sda write 0 4096\n/dev/sda wri`,
    'long.iolog': `${head}${'x'.repeat(1_000_000)}\n`,
    'version.iolog': 'fio version 9 iolog\n/dev/sda add\n',
    'huge.iolog': `${head}/dev/sda write 99999999999999999999999 4096\n`,
  };
  const before = await title();
  for (const [name, content] of Object.entries(bad)) {
    const at = await position(page);
    await choose(page, { name, mimeType: 'text/plain', buffer: Buffer.from(content) });
    const error = page.getByTestId('trace-error');
    await error.waitFor();
    // An empty file has no line to name.
    assert.match(await error.innerText(), name === 'empty.iolog' ? /empty/ : /line \d+/, name);
    assert.match(await error.innerText(), new RegExp(name), name);
    assert.match(await error.innerText(), /What to do/, name);
    await page.keyboard.press('Escape');
    await page.getByTestId('trace-dialog').waitFor({ state: 'detached' });
    assert.equal(await title(), before, name);
    const now = await position(page);
    assert.equal(now.playing, at.playing, name);
    assert.ok(now.event >= at.event, name);
  }
  await changed(page, await stage(page), 3_000);
});
