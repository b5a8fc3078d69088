// Every order of events, explored in the page’s worker; planted bugs, found and played.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { position, pause, until, violations } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ reducedMotion: 'reduce' });
const LIMIT = { timeout: 60_000 };

/** The steady world’s states and depth; engine/tests/explore.rs holds them too. */
const STEADY = /^steady: Exhausted: nothing is broken\n+186\s204 states, 51 steps deep/;

/** Opens the dialog and chooses a named world. */
async function world(page, name) {
  await page.getByTestId('check').click();
  const option = page.getByTestId('check-world').locator('option', { hasText: new RegExp(`^${name}:`) });
  await page.getByTestId('check-world').selectOption(await option.innerText());
}

/** The number under a name of the progress. */
async function figure(page, id) {
  return Number((await page.getByTestId(`check-${id}`).innerText()).replace(/\D/g, ''));
}

/** What is said at the end. */
async function result(page) {
  await page.getByTestId('check-result').waitFor(LIMIT);
  return page.getByTestId('check-result').innerText();
}

/** Makes ready to try a hundred random worlds with a bug. */
async function randomWorlds(page, bug, from) {
  await page.getByTestId('check').click();
  await page.getByTestId('check-page-sweep').click();
  await page.getByTestId('sweep-100').click();
  await page.getByTestId('sweep-bug').selectOption(bug);
  await page.getByTestId('sweep-from').fill(String(from));
}

/** Waits until more states are known. */
async function grown(page, before) {
  for (let tries = 0; tries < 500; tries += 1) {
    const states = await figure(page, 'states');
    if (states > before) return states;
    await page.waitForTimeout(20);
  }
  return assert.fail(`still at ${before} states`);
}

test('the steady world is exhausted in the page, with as many states as anywhere', async () => {
  const page = await opened();
  await world(page, 'steady');
  assert.match(await page.getByTestId('check-bounds').innerText(), /1 line, 1 own and 2 lent slots.* 4 requests, 0 faults/);
  await page.getByTestId('check-start').click();
  assert.match(await result(page), STEADY);
  assert.equal(await page.getByTestId('check-play').count(), 0);
});

test('a search can be held, gone on with, and given up', async () => {
  const page = await opened();
  await world(page, 'failback-two');
  await page.getByTestId('check-start').click();
  await page.getByTestId('check-progress').waitFor();
  await grown(page, 0);
  await page.getByTestId('check-pause').click();
  // What had been asked for by then is still answered.
  let held = -1;
  for (let states = await figure(page, 'states'); states !== held; states = await figure(page, 'states')) {
    held = states;
    await page.waitForTimeout(400);
  }
  assert.match(await page.getByTestId('check-progress').innerText(), /Paused: failback-two/);
  assert.equal(page.workers().length, 1);
  await page.getByTestId('check-pause').click();
  await grown(page, held);
  await page.getByTestId('check-stop').click();
  await page.getByTestId('check-start').waitFor();
  // The browser tells of a worker’s end a little later.
  for (let tries = 0; page.workers().length > 0 && tries < 200; tries += 1) await page.waitForTimeout(20);
  assert.equal(page.workers().length, 0);
  assert.equal(await page.getByTestId('check-result').count(), 0);
});

test('a limit that is met is told in so many words', async () => {
  const page = await opened();
  await world(page, 'power-and-hang');
  await page.getByTestId('check-limit-0').click();
  await page.getByTestId('check-start').click();
  assert.match(await result(page), /^power-and-hang: Not exhausted\n+There are more states than the limit allows/);
});

test('what is on the stage is made small, and how small can be chosen', async () => {
  const page = await opened();
  await pause(page);
  await page.keyboard.press('o');
  const plan = page.getByTestId('check-plan');
  assert.match(await plan.innerText(), /too large to be explored as a whole/);
  assert.equal(await plan.locator('code').count(), 3);
  assert.match(await page.getByTestId('check-size').innerText(), /^Small/);
  await page.getByTestId('check-requests-4').click();
  assert.equal(await plan.locator('code').count(), 4);
  await page.getByTestId('check-requests-2').click();
  assert.equal(await plan.locator('code').count(), 2);
  await page.getByTestId('check-start').click();
  assert.match(await result(page), /^This world: Exhausted: nothing is broken/);
});

test('a planted bug is found, and what it breaks is played step by step, with keys alone', async () => {
  const page = await opened();
  await pause(page);
  await page.keyboard.press('o');
  const enter = async (id) => {
    await page.getByTestId(id).focus();
    await page.keyboard.press('Enter');
  };
  await enter('check-page-bug');
  await enter('bug-recycle-early');
  await enter('check-start');
  assert.match(await result(page), /SLOT-PARTITION is broken after 5 steps/);
  await enter('check-play');
  await until(page, ({ event, playing }) => event === 0 && !playing);
  assert.match(await page.getByTestId('scenario-title').innerText(), /^steady: SLOT-PARTITION$/);
  for (let step = 1; step <= 5; step += 1) {
    assert.doesNotMatch(await page.getByTestId('narration').innerText(), /is broken/);
    await page.keyboard.press('Alt+ArrowRight');
    await until(page, ({ event }) => event === step);
  }
  assert.match(await page.getByTestId('narration').innerText(), /SLOT-PARTITION is broken: .*The planted bug: the old mirror slot is free when META is sent/s);
});

test('a hidden bug stays hidden until it is revealed, also when it has been found', async () => {
  const page = await opened();
  await page.getByTestId('check').click();
  await page.getByTestId('check-page-bug').click();
  await page.getByTestId('bug-hide').click();
  const chip = page.getByTestId('bug-chip');
  assert.match(await chip.innerText(), /hidden/);
  await chip.click();
  await page.getByTestId('bug-find').click();
  const said = await result(page);
  assert.match(said, /is broken after \d+ steps/);
  assert.doesNotMatch(said, /planted bug/);
  await page.getByTestId('check-play').click();
  assert.match(await chip.innerText(), /hidden/);
  await chip.click();
  await page.getByTestId('bug-reveal').click();
  assert.doesNotMatch(await chip.innerText(), /hidden/);
  assert.match(await page.getByTestId('bug-on-stage').innerText(), /The planted bug: /);
});

test('what is shared of a run with a hidden bug keeps it hidden, until whoever opened it reveals it', async () => {
  const page = await opened();
  await page.getByTestId('check').click();
  await page.getByTestId('check-page-bug').click();
  const names = await page.locator('.bugs b').allInnerTexts();
  assert.ok(names.length > 20);
  await page.getByTestId('bug-hide').click();
  await page.getByTestId('bug-chip').click();
  await page.getByTestId('bug-reveal').click();
  const name = (await page.getByTestId('bug-chip').innerText()).replace('Planted bug: ', '');
  assert.ok(names.includes(name), name);
  await page.keyboard.press('Escape');
  // Revealed here, it is still hidden from whoever gets it.
  await page.getByTestId('share').click();
  await page.getByTestId('share-sealed').waitFor();
  const saved = page.waitForEvent('download');
  await page.getByTestId('share-scenario').click();
  const scenario = await readFile(await (await saved).path(), 'utf8');
  assert.match(scenario, /^bug hidden [0-9a-f]{16}$/m);
  const address = await page.getByTestId('share-link').inputValue();
  const link = Buffer.from(address.split('#m2.')[1], 'base64url').toString('latin1');
  for (const text of [scenario, link]) assert.ok(!text.includes(name), text);
  const there = await opened({ path: address.slice(address.indexOf('#')) });
  assert.match(await there.getByTestId('bug-chip').innerText(), /hidden/);
  assert.ok(!(await there.content()).includes(name));
  await there.getByTestId('bug-chip').click();
  await there.getByTestId('bug-reveal').click();
  assert.match(await there.getByTestId('bug-chip').innerText(), new RegExp(name));
});

test('the harmless bug is not found, and the page says why', async () => {
  const page = await opened();
  await page.getByTestId('check').click();
  await page.getByTestId('check-page-bug').click();
  await page.getByTestId('bug-promote-consistent').click();
  await page.getByTestId('check-start').click();
  assert.match(await result(page), /nothing is broken.*this bug is harmless/s);
});

test('a seed that fails is made small and played, and sound worlds do not fail', async () => {
  const page = await opened();
  await randomWorlds(page, 'recycle-early', 5);
  await page.getByTestId('sweep-start').click();
  assert.match(await result(page), /Random worlds: Seed \d+ fails: [A-Z-]+\n/);
  await page.getByTestId('check-play').click();
  await until(page, ({ event, playing }) => event === 0 && !playing);
  assert.match(await page.getByTestId('scenario-title').innerText(), /^Seed \d+: [A-Z-]+$/);
  await page.keyboard.press('v');
  await page.getByTestId('first-broken').waitFor();
  await page.getByTestId('check').click();
  await page.getByTestId('sweep-bug').selectOption('none');
  await page.getByTestId('sweep-start').click();
  assert.match(await result(page), /No seed fails\n+100 random worlds/);
});

test('making a failing seed small can be held and gone on with', async () => {
  const page = await opened();
  await randomWorlds(page, 'keep-copies', 40);
  // This one takes several slices of the worker, but less than a second: the press comes from within the page.
  const pressed = page.evaluate(async () => {
    const find = (id) => document.querySelector(`[data-testid=${id}]`);
    while (!find('check-result')) {
      if (/being made small/.test(find('check-progress')?.innerText ?? '')) {
        find('check-pause').click();
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return false;
  });
  await page.getByTestId('sweep-start').click();
  assert.ok(await pressed, 'it was small before anybody could press anything');
  const progress = () => page.getByTestId('check-progress').innerText();
  let held = '';
  for (let now = await progress(); now !== held; now = await progress()) {
    held = now;
    await page.waitForTimeout(400);
  }
  assert.match(held, /Paused: Random worlds\s+Seed 40 fails, and is being made small/);
  assert.equal(await page.getByTestId('check-result').count(), 0);
  await page.getByTestId('check-pause').click();
  assert.match(await result(page), /Random worlds: Seed \d+ fails: [A-Z-]+\n/);
});

test('the link to a run with a bug shows the bug', async () => {
  const page = await opened();
  await page.getByTestId('check').click();
  await page.getByTestId('check-page-bug').click();
  await page.getByTestId('bug-no-fence').click();
  await page.getByTestId('bug-plant').click();
  await page.getByTestId('share').click();
  const address = await page.getByTestId('share-link').inputValue();
  const there = await opened({ path: address.slice(address.indexOf('#')) });
  assert.match(await there.getByTestId('bug-chip').innerText(), /no-fence/);
  assert.equal((await position(there)).event, 0);
});

for (const theme of ['dark', 'light', 'projector']) {
  test(`axe has nothing to say of the dialog, ${theme}`, async () => {
    const page = await opened({ path: `?theme=${theme}` });
    await world(page, 'tight');
    await page.getByTestId('check-start').click();
    await result(page);
    const found = await violations(page);
    await page.getByTestId('check-page-bug').click();
    await page.getByTestId('bug-plant').click();
    await page.getByTestId('bug-chip').click();
    found.push(...(await violations(page)));
    assert.deepEqual(found, []);
  });
}
