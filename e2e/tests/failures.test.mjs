// Breaking and mending on the page, and what the page says about it: whether data is safe, and which rules hold.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, seriousViolations, stage, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const openFresh = fresh({ reducedMotion: 'reduce' });
let page;

async function opened(options) {
  page = await openFresh(options);
  return page;
}

const mode = (letter) => page.getByTestId(`controller-${letter}`).getByTestId('mode').innerText();
const narration = () => page.getByTestId('narration').innerText();

/** Steps event by event until `holds`, at most to the end. */
async function step(holds, what) {
  for (let n = 0; n < 900; n += 1) {
    if (await holds()) return;
    const { event, total } = await position(page);
    assert.ok(event < total, `the run ended before ${what}`);
    await page.keyboard.press('Alt+ArrowRight');
    await until(page, (now) => now.event === event + 1);
  }
}

async function forward(events) {
  for (let n = 0; n < events; n += 1) await page.keyboard.press('Alt+ArrowRight');
  return until(page, ({ event }) => event >= events);
}

async function choose(name) {
  await page.getByTestId('scenario-picker').click();
  await page.getByRole('menuitemradio', { name }).first().click();
}

test('a controller is killed by its key, the other takes over step by step, and the replacement comes back', async () => {
  await opened();
  await forward(20);
  await page.keyboard.press('a');
  await step(async () => (await mode('A')) === 'DOWN', 'A was dead');
  assert.match(await narration(), /Controller A dies/);
  await step(async () => (await mode('B')) === 'FROZEN', 'B suspected A');
  assert.match(await page.getByTestId('story').innerText(), /Suspect[\s\S]*Record[\s\S]*Fence[\s\S]*Take over[\s\S]*Serve/);
  await step(async () => /SOLO_B/.test(await page.getByTestId('record').innerText()), 'the record changed hands');
  await step(async () => (await mode('B')) === 'SOLO', 'B served alone');
  assert.match(await page.getByTestId('controller-B').getByTestId('notes').innerText(), /every write goes to disk/);
  await page.getByRole('button', { name: 'Bring back A' }).first().click();
  await step(async () => (await mode('A')) === 'JOINING', 'A joined');
  await step(async () => (await mode('A')) === 'DUAL' && (await mode('B')) === 'DUAL', 'both served again');
  assert.match(await page.getByTestId('record').innerText(), /DUAL[\s\S]*epoch 3/);
});

test('undo brings back every bit, by the button and by its key', async () => {
  await opened();
  const before = { at: await forward(20), shown: await stage(page) };
  assert.equal(await page.getByTestId('undo').isDisabled(), true);
  await page.keyboard.press('x');
  await until(page, ({ event }) => event === 22);
  assert.match(await page.getByTestId('link-state').innerText(), /cut/);
  await page.getByTestId('break-power').first().click();
  await until(page, ({ event }) => event > 22);
  assert.equal(await mode('A'), 'DOWN');
  await page.keyboard.press('Control+z');
  await until(page, ({ event }) => event === 22);
  await page.getByTestId('undo').click();
  assert.deepEqual(await until(page, ({ event }) => event === 20), before.at);
  assert.equal(await stage(page), before.shown);
});

test('the stage itself can be clicked: a power symbol, the link, a disk', async () => {
  await opened();
  await forward(12);
  await page.getByTestId('controller-B').getByRole('button', { name: 'Kill B' }).click();
  await step(async () => (await mode('B')) === 'DOWN', 'B was dead');
  await page.getByRole('button', { name: /^Disk 3/ }).click();
  await page.getByRole('button', { name: /^Disk 3 lost/ }).waitFor();
  await page.getByRole('button', { name: /^Disk 3 lost/ }).click();
  await page.getByRole('button', { name: /^Disk 3 rebuild/ }).waitFor();
  await page.getByRole('button', { name: 'Cut link' }).first().click();
  await page.getByTestId('link-state').getByText('cut').waitFor();
});

test('a dropped message is a what-if, breaks a rule, and the rule leads to its origin', async () => {
  await opened();
  await forward(1);
  await page.locator('[data-token="DATA"] button').click();
  await page.getByTestId('tab-inspector').or(page.getByTestId('inspector')).first().waitFor();
  await page.getByTestId('break-drop').click();
  await page.getByText('What if: tampered link').waitFor();
  await page.keyboard.press('v');
  const first = page.getByTestId('first-broken');
  await first.waitFor();
  const event = Number((await first.innerText()).match(/at event (\d+)/)[1]);
  await page.getByTestId('jump').click();
  await until(page, (now) => now.event === event);
  assert.match(await narration(), /is broken/);
  await page.keyboard.press('Control+z');
  await first.waitFor({ state: 'detached' });
});

test('the ledger says what the next failure would take', async () => {
  await opened();
  await forward(20);
  await page.keyboard.press('k');
  const verdict = page.getByTestId('verdict');
  assert.match(await verdict.innerText(), /survives? any one failure/);
  await page.keyboard.press('a');
  await until(page, ({ event }) => event === 21);
  assert.match(await verdict.innerText(), /would be lost if B died/);
  assert.match(await page.getByRole('slider', { name: 'Time' }).getAttribute('aria-valuetext'), /at risk/);
  await page.keyboard.press('b');
  await until(page, ({ event }) => event === 22);
  assert.match(await verdict.innerText(), /cannot be read any more/);
});

test('each incident plays to its end, and loses nothing', async () => {
  await opened();
  const titles = [/owner dies/i, /link is cut/i, /power fails/i, /comes back under load/i, /disk and a controller/i, /zombie/i];
  for (const title of titles) {
    await choose(title);
    assert.match(await page.getByTestId('scenario-title').innerText(), title);
    await page.keyboard.press('End');
    await until(page, ({ event, total }) => event === total && total > 100);
    await page.keyboard.press('k');
    await page.getByTestId('verdict').waitFor();
    assert.match(await page.getByTestId('verdict').innerText(), /survive|safe at the moment/, String(title));
    await page.getByTestId('tab-invariants').click();
    assert.match(await page.getByTestId('rules').innerText(), /All \d+ hold/, String(title));
  }
});

for (const theme of ['dark', 'light', 'projector']) {
  test(`nothing serious stands in the way of assistive technology when everything is broken, ${theme}`, async () => {
    await opened({ path: `?theme=${theme}` });
    await choose(/owner dies/i);
    await page.keyboard.press('Home');
    await step(async () => (await mode('B')) === 'FROZEN', 'B suspected A');
    assert.deepEqual(await seriousViolations(page), [], 'frozen');
    await step(async () => (await mode('B')) === 'SOLO', 'B served alone');
    await page.keyboard.press('d');
    await page.keyboard.press('v');
    assert.deepEqual(await seriousViolations(page), [], 'alone, with a disk missing, invariants open');
    // In the projector's theme the panels lie over the buttons until they are closed.
    await page.keyboard.press('Escape');
    await page.getByTestId('more-faults').click();
    await page.getByTestId('break-sheet').waitFor();
    assert.deepEqual(await seriousViolations(page), [], 'the sheet');
    await page.keyboard.press('Escape');
  });
}

test('on a phone everything can be broken from a sheet, with targets for fingers', async () => {
  await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  await forward(20);
  await page.getByTestId('more-faults').tap();
  const kill = page.getByTestId('break-sheet').getByTestId('break-kill-a');
  const { height } = await kill.boundingBox();
  assert.ok(height >= 44, `${height} pixels`);
  await kill.tap();
  await until(page, ({ event }) => event === 21);
  assert.equal(await mode('A'), 'DOWN');
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await pause(page);
});
