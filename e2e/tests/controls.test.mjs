// Every control, by mouse, by keyboard and by touch: gathered from the page, so that none is forgotten.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause } from '../lib/app.mjs';
import { HANDS, becomes, element, look, stops, survey, tooSmall } from '../lib/controls.mjs';
import { MOMENT, PLACES } from '../lib/control-list.mjs';
import { fresh } from '../lib/suite.mjs';

const LAYOUTS = {
  desk: { viewport: { width: 1600, height: 900 } },
  phone: { viewport: { width: 390, height: 844 } },
};

const opened = fresh({ reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] });

const matches = (pattern, kind) => (pattern.endsWith('*') ? kind.startsWith(pattern.slice(0, -1)) : kind === pattern);

/** The pattern of the list that a kind falls under; one without a star comes first. */
function listed(kind) {
  const all = PLACES.flatMap(({ controls }) => Object.keys(controls)).filter((pattern) => matches(pattern, kind));
  return all.find((pattern) => pattern === kind) ?? all[0];
}

const controlOf = (kind) => PLACES.map(({ controls }) => controls[listed(kind)]).find(Boolean);

/** Back to where the next control can be operated. */
async function recover(page, before, keep) {
  for (let n = 0; n < 3; n += 1) {
    const now = await look(page);
    if (now.dialog + now.menu === '' && !now.drawer && !now.held) break;
    await page.keyboard.press('Escape');
  }
  if (!keep && (await look(page)).undo !== before.undo) await page.keyboard.press('Control+z');
}

/** Whoever has opened a dialog or a menu by keyboard is back at its opener when it is closed. */
async function returns(page, opener, before) {
  const now = await look(page);
  const opened = now.dialog + now.menu;
  // What is in a menu or a dialog is gone with it.
  if (opened === '' || before.dialog + before.menu !== '') return;
  await page.keyboard.press('Escape');
  const closed = await becomes(page, ({ dialog, menu }) => dialog + menu === '', now, `Escape in ${opened}`);
  const back = await opener.evaluate((it) => it === document.activeElement);
  assert.ok(back, `after ${opened} the focus is on ${closed.focus}`);
}

/** Goes through all places with one hand, and says what it did, what it met, and what went wrong. */
async function walk(page, hand, narrow, proven) {
  const [met, wrong] = [new Set(), []];
  for (const place of PLACES) {
    if (place.narrow && !narrow) continue;
    const began = Date.now();
    try {
      await recover(page, await look(page), true);
      await place.enter(page);
    } catch (error) {
      wrong.push(`${place.name}: ${error.message}`);
      await recover(page, await look(page), true);
      continue;
    }
    const found = await page.evaluate(survey, {});
    for (const { kind } of found) met.add(kind);
    // What another control does as well may be as small as its picture.
    const alone = found.filter(({ kind }) => !controlOf(kind)?.instead);
    if (hand === 'touch' && narrow) wrong.push(...tooSmall(alone).map((it) => `${place.name}: ${it}`));
    const able = [...new Set(found.filter(({ able: it }) => it).map(({ kind }) => kind))];
    for (const [pattern, control] of Object.entries(place.controls)) {
      if (!control || (control.only ?? hand) !== hand || control.instead?.[hand]) continue;
      let mine = able.filter((kind) => listed(kind) === pattern && matches(pattern, kind) && !proven.has(kind));
      if (control.one) mine = proven.has(pattern) ? [] : [mine.at(control.at ?? 0)].filter(Boolean);
      for (const kind of mine) {
        const before = await look(page);
        try {
          await place.enter(page);
          await control.first?.(page, kind);
          const handle = await element(page, kind, control.one ? 0 : control.at);
          const at = { ...(await look(page)), downloads: page.downloads };
          await (control[hand] ?? HANDS[hand])(page, handle, control);
          await becomes(page, (now, then) => control.effect({ ...now, downloads: page.downloads }, then, kind), at, `${kind} by ${hand}`);
          proven.add(kind).add(pattern);
          if (hand === 'keyboard') await returns(page, handle, at);
          await control.then?.(page, kind);
        } catch (error) {
          wrong.push(`${kind} by ${hand}: ${error.message.split('\n').slice(0, 12).join(' | ')}`);
        }
        await recover(page, before, control.keep);
      }
    }
    if (process.env.TIMES) console.log(hand, narrow, place.name, Date.now() - began);
  }
  return { met, wrong };
}

for (const hand of ['mouse', 'keyboard', 'touch']) {
  test(`every control does what it is for, by ${hand}`, async () => {
    const [proven, met, wrong] = [new Set(), new Set(), []];
    for (const layout of hand === 'touch' ? ['phone', 'desk'] : ['desk', 'phone']) {
      const page = await opened({ context: { ...LAYOUTS[layout], hasTouch: hand === 'touch' } });
      page.setDefaultTimeout(4_000);
      page.downloads = 0;
      page.on('download', () => { page.downloads += 1; });
      await pause(page);
      for (let n = 0; n < MOMENT; n += 1) await page.keyboard.press('Alt+ArrowRight');
      const went = await walk(page, hand, layout === 'phone', proven);
      went.met.forEach((kind) => met.add(kind));
      wrong.push(...went.wrong.map((it) => `${layout}: ${it}`));
    }
    const unlisted = [...met].filter((kind) => !listed(kind)).map((kind) => `control ${kind} is not exercised: say in control-list.mjs what it is for`);
    const left = [...met].filter((kind) => listed(kind) && !proven.has(kind) && !done(kind, hand, proven)).map((kind) => `control ${kind} is not exercised by ${hand}`);
    assert.deepEqual([...wrong, ...unlisted, ...left], []);
  });
}

/** Whether a kind asks nothing more of a hand. */
function done(kind, hand, proven) {
  const control = controlOf(kind);
  return (control.one && proven.has(listed(kind))) || (control.only ?? hand) !== hand || control.instead?.[hand] !== undefined;
}

/** Later stops lie to the right of earlier ones, or below them. */
function disorder(all) {
  return all.slice(1).flatMap((stop, index) => {
    const before = all[index];
    const back = stop.y + stop.height <= before.y && stop.x < before.x + before.width;
    return stop.region === before.region && back ? [`${stop.what} comes after ${before.what}, which lies below it`] : [];
  });
}

for (const [name, { viewport }] of Object.entries(LAYOUTS)) {
  test(`Tab goes once through the page, in the order of the picture, and out again, ${name}`, async () => {
    const page = await opened({ context: { viewport } });
    await pause(page);
    for (let n = 0; n < MOMENT; n += 1) await page.keyboard.press('Alt+ArrowRight');
    const all = await stops(page);
    const regions = all.map(({ region }) => region).filter((region, index, of) => region !== of[index - 1]);
    assert.deepEqual(regions, name === 'desk' ? ['top', 'say', 'stage', 'rail', 'dock'] : ['top', 'say', 'stage', 'dock']);
    assert.deepEqual(disorder(all), []);
    const found = (await page.evaluate(survey, {})).filter(({ able, stop }) => able && stop);
    assert.equal(all.length, found.length, `${all.length} stops of ${found.length}`);
  });
}

test('a dialog keeps Tab to itself, and lets go of it', async () => {
  const page = await opened();
  await pause(page);
  for (const [key, least] of [['?', 3], ['f', 1]]) {
    await page.keyboard.press(key);
    const all = await stops(page);
    assert.deepEqual([...new Set(all.map(({ region }) => region))], ['sheet']);
    assert.ok(all.length >= least, JSON.stringify(all));
    await page.keyboard.press('Escape');
    assert.equal((await look(page)).dialog, '');
  }
});

test('who opens a dialog out of a menu is back at the menu’s button', async () => {
  const page = await opened({ context: LAYOUTS.phone });
  await pause(page);
  const button = await element(page, 'top/button Menu');
  await HANDS.keyboard(page, button);
  await HANDS.keyboard(page, await element(page, 'more-menu/menu-share'));
  await becomes(page, ({ dialog }) => dialog === 'share-dialog', await look(page), 'sharing');
  await page.keyboard.press('Escape');
  await becomes(page, ({ dialog }) => dialog === '', await look(page), 'Escape');
  assert.equal(await button.evaluate((it) => it === document.activeElement), true);
});
