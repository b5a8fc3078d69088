// Whatever the narration has to say fits into its place, which never grows: no word is cut off, and none lies over what is
// around it. All built-in stories are played through once in each language; then what was said is set in other sizes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ reducedMotion: 'reduce' });

const SIZES = [[1600, 900], [1280, 720], [1024, 768], [768, 1024], [390, 844], [360, 640]];
/** More than any story has. */
const EVENTS_MAX = 1_000;

/** Every sentence of every story, as it stands in the page, one of those that differ only in numbers. */
async function everythingSaid(page) {
  const said = new Map();
  await page.getByTestId('scenario-picker').click();
  const stories = await page.getByRole('menuitemradio').count();
  for (let story = 0; story < stories; story += 1) {
    if (story > 0) await page.getByTestId('scenario-picker').click();
    await page.getByRole('menuitemradio').nth(story).click();
    await pause(page);
    await page.keyboard.press('Home');
    await until(page, ({ event }) => event === 0);
    const sentences = await page.evaluate(async (most) => {
      const all = [];
      const [say, what, why] = ['.say', '.say-1', '.say-2'].map((part) => document.querySelector(part));
      const root = document.querySelector('[data-event][data-total]');
      for (let step = 0; step < most; step += 1) {
        all.push({ classes: say.className, what: what.innerHTML, why: why.innerHTML, about: document.querySelector('.story')?.innerHTML });
        if (root.dataset.event === root.dataset.total) break;
        const before = root.dataset.event;
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', altKey: true, bubbles: true }));
        for (let wait = 0; root.dataset.event === before && wait < 200; wait += 1) await new Promise((done) => { setTimeout(done, 5); });
      }
      return all;
    }, EVENTS_MAX);
    const { event, total } = await position(page);
    assert.equal(event, total, `story ${story} was played to its end`);
    for (const sentence of sentences) said.set(`${sentence.what}${sentence.why}`.replace(/\d+/g, '0'), sentence);
  }
  return [...said.values()];
}

/** Sets each sentence in the page, and gives those that do not fit. */
const misfits = (page, sentences) => page.evaluate((sentences) => {
  const [say, what, why, about] = ['.say', '.say-1', '.say-2', '.story'].map((part) => document.querySelector(part));
  return sentences.flatMap((sentence) => {
    say.className = sentence.classes;
    what.innerHTML = sentence.what;
    why.innerHTML = sentence.why;
    if (sentence.about) about.innerHTML = sentence.about;
    const room = say.getBoundingClientRect();
    const over = Math.max(room.top - what.getBoundingClientRect().top, why.getBoundingClientRect().bottom - room.bottom, about.getBoundingClientRect().bottom - room.bottom);
    const cut = Math.max(what.scrollHeight - what.clientHeight, why.scrollHeight - why.clientHeight);
    // Letters reach a little beyond their lines.
    return over > 2 || cut > 4 ? [`${over.toFixed()} out, ${cut} cut off: ${what.textContent} | ${why.textContent}`] : [];
  });
}, sentences);

for (const lang of ['en', 'de']) {
  test(`what the stories say fits its place in every size, ${lang}`, async () => {
    const sentences = await everythingSaid(await opened({ path: `?lang=${lang}` }));
    assert.ok(sentences.length > 100, `${sentences.length} sentences`);
    for (const theme of ['light', 'projector']) {
      for (const [width, height] of SIZES) {
        const page = await opened({ path: `?lang=${lang}&theme=${theme}`, context: { viewport: { width, height } } });
        assert.deepEqual(await misfits(page, sentences), [], `${width} × ${height}, ${theme}`);
      }
    }
  });
}
