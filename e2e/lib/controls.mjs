// What on the page can be operated, read off the page itself, and the three ways to operate it. Which controls there
// are, and what each is for, stands in control-list.mjs.

import assert from 'node:assert/strict';

/**
 * Runs in the page: everything that a person can see and operate, each with a name that all of its kind have, such as
 * `share-dialog/share-file`. With a `kind` it gives an element of that kind which can be operated, the `at`th or, counted
 * from the end, the `at`th last; or null.
 */
export function survey({ kind, at = 0 } = {}) {
  const OPERABLE =
    'button, a[href], input, select, textarea, summary, [role=slider], [role=separator], [role=tab], [role=option], [role=menuitem], ' +
    '[role=menuitemradio], [role=application], [tabindex]:not([tabindex="-1"]), [contenteditable], [data-pick], [data-break], [data-seek]';
  // Whatever shows a hand is to be pressed, also where no attribute says so.
  const HANDS = ['pointer', 'grab', 'move', 'row-resize', 'col-resize', 'crosshair'];
  const REGIONS = 'dialog, .menu, .tour, .banner, .offer, .causes, [role=tabpanel], [role=tablist], .crash, .dock, .top, .say, .rail, main, body';
  const plain = (text) => text.split(':')[0].trim().replace(/\s+/g, ' ').replace(/\d+/g, '#').slice(0, 30);
  const region = (element) => {
    const found = element.closest(REGIONS);
    if (found.matches('[role=tablist]')) return 'tabs';
    if (found.matches('[role=tabpanel]')) return found.id;
    return found.dataset.testid ?? [...found.classList].find((name) => name !== 'menu') ?? found.localName;
  };
  const name = (element) => {
    const { testid, pick, seek, break: broken } = element.dataset;
    if (pick !== undefined) return `pick-${pick.split(':')[0]}`;
    if (testid) return plain(testid);
    if (broken !== undefined) return `break-${plain(broken)}`;
    if (seek !== undefined) return 'seek';
    const role = element.getAttribute('role') ?? element.localName;
    if (['option', 'tabpanel', 'listbox', 'grid'].includes(role)) return role;
    return `${role} ${plain(element.getAttribute('aria-label') || element.title || element.textContent || element.className)}`;
  };
  const shown = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true });
  };
  const hand = (element) => {
    const { cursor } = getComputedStyle(element);
    return HANDS.includes(cursor) && cursor !== getComputedStyle(element.parentElement).cursor;
  };
  const within = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  const all = [...within.querySelectorAll('*')]
    .filter((element) => (element.matches(OPERABLE) || hand(element)) && shown(element))
    .map((element) => ({ element, kind: `${region(element)}/${name(element)}`, able: !element.disabled, stop: element.tabIndex >= 0 }));
  if (kind !== undefined) {
    const mine = all.filter((control) => control.kind === kind && control.able);
    // Those that Tab stops at come first: the keyboard needs one. Then those that lie within the window.
    const within = ({ element }) => element.getBoundingClientRect().left >= 0 && element.getBoundingClientRect().right <= innerWidth;
    mine.sort((one, two) => Number(two.stop) - Number(one.stop) || Number(within(two)) - Number(within(one)));
    return mine.at(at)?.element ?? null;
  }
  return all.map(({ element, kind: its, able, stop }) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { kind: its, able, stop, x, y, width, height };
  });
}

/** Runs in the page: what operating a control can change. */
function state() {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const id = (name) => one(`[data-testid=${name}]`);
  const text = (selector) => one(selector)?.textContent.trim() ?? '';
  const { event, total, playing, tour } = one('#app').dataset;
  const active = document.activeElement;
  return {
    event: Number(event),
    total: Number(total),
    playing: playing === 'true',
    tour: tour ?? '',
    scenario: text('[data-testid=scenario-title]'),
    dialog: all('dialog:modal').at(-1)?.dataset.testid ?? '',
    menu: all('.menu').map((menu) => [...menu.classList].find((name) => name !== 'menu')).join(' '),
    drawer: one('.rail').matches('.open'),
    drawn: getComputedStyle(one('.rail')).position === 'fixed',
    narrow: innerWidth <= 720,
    theme: document.documentElement.dataset.theme,
    language: document.documentElement.lang,
    view: id('spacetime') ? 'space-time' : 'stage',
    speed: text('[data-testid=speed-text]'),
    step: id('step-by')?.value,
    tabs: all('[role=tab]').map((tab) => tab.dataset.testid).join(' '),
    tab: all('[role=tab][aria-selected=true]').map((tab) => tab.dataset.testid).join(' '),
    share: id('divider')?.getAttribute('aria-valuenow'),
    undo: id('undo')?.title,
    redo: id('redo')?.title ?? '',
    futures: text('.branches em'),
    future: text('.branch-n'),
    inspected: text('[data-testid=inspector-title]'),
    held: id('release') !== null,
    causes: text('.causes h3'),
    filter: ['events-A', 'events-B', 'events-line'].map((name) => id(name)?.getAttribute('aria-pressed')).concat(id('events-kind')?.value).join(),
    events: text('[data-testid=events-count]'),
    typed: active.value,
    focus: active.dataset.testid ?? active.getAttribute('role') ?? active.localName,
    cursor: active.getAttribute('aria-activedescendant'),
    said: text('[data-testid=said]'),
    ran: text('[data-testid=ran]'),
    window: text('.space-top, .space-plot svg') + (id('space-plot')?.style.cssText ?? ''),
    follow: id('follow')?.getAttribute('aria-pressed'),
    copied: text('[data-testid=copy-text]'),
    heat: [id('heat')?.className, text('[data-testid=heat-said]'), one('.frame')?.style.cssText].filter(Boolean).join(),
    banner: text('.banner'),
    reading: text('.bar .indexing'),
    offer: text('.offer'),
    preview: text('[data-testid=trace-preview]'),
    size: text('[data-testid=trace-sizes] .on'),
    failed: text('[data-testid=trace-error]'),
    chosen: all('[data-testid=check-dialog] :is([aria-pressed=true], select)').map((it) => it.value || it.dataset.testid).join(' '),
    searching: text('[data-testid=check-progress] [role=status]'),
    found: text('[data-testid=check-result]'),
    planted: text('[data-testid=bug-on-stage]'),
    crashed: !one('#crash').hidden,
  };
}

export const look = (page) => page.evaluate(state);

/** Waits until the state is as an effect wants it. */
export async function becomes(page, effect, before, what) {
  const begun = Date.now();
  for (;;) {
    const now = await look(page);
    if (effect(now, before)) return now;
    if (Date.now() - begun > 2_500) {
      const changed = Object.keys(now).filter((key) => now[key] !== before[key]).map((key) => `${key}: ${before[key]} → ${now[key]}`);
      throw new Error(`${what} does not do what it is for; changed: ${changed.join('; ').slice(0, 400) || 'nothing'}`);
    }
    await page.waitForTimeout(10);
  }
}

/** An element of a kind. */
export async function element(page, kind, at) {
  const handle = (await page.evaluateHandle(survey, { kind, at })).asElement();
  assert.ok(handle, `there is no ${kind} that is able to do anything`);
  return handle;
}

/** Runs in the page: what an element looks like, as far as a focus is shown by it. */
function dress(element) {
  const parts = [element, ...element.querySelectorAll('*'), element.closest('label')].filter(Boolean);
  return parts
    .map((part) => {
      const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(part);
      return [outlineStyle, outlineWidth, boxShadow, borderColor].join();
    })
    .join();
}

/** Reaches an element by Tab from the stop before it, or by Shift+Tab from the one after; its focus must be seen. */
export async function reach(page, handle) {
  await page.evaluate(() => document.activeElement?.blur());
  const before = await handle.evaluate(dress);
  const key = await handle.evaluate((target) => {
    const within = target.closest('dialog') ?? document.body;
    const stops = [...within.querySelectorAll('*')].filter(
      (element) => element.tabIndex >= 0 && !element.disabled && element.getClientRects().length > 0 && element.checkVisibility({ visibilityProperty: true }),
    );
    const at = stops.indexOf(target);
    if (at < 0) return null;
    (stops[at - 1] ?? stops[at + 1])?.focus();
    return at > 0 || stops.length === 1 ? 'Tab' : 'Shift+Tab';
  });
  assert.ok(key, 'Tab does not stop there');
  await page.keyboard.press(key);
  const there = await handle.evaluate((target) => target === document.activeElement || document.activeElement.outerHTML.slice(0, 120));
  assert.equal(there, true, `${key} goes elsewhere`);
  assert.notEqual(await handle.evaluate(dress), before, 'the focus on it is not seen');
}

const sessions = new WeakMap();

/** Fingers on the page; each is a place. */
export async function fingers(page, type, places) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  await sessions.get(page).send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) });
}

/** Drags a finger. */
export async function swipe(page, [x, y], [dx, dy]) {
  await fingers(page, 'touchStart', [[x, y]]);
  for (let n = 1; n <= 6; n += 1) await fingers(page, 'touchMove', [[x + (dx * n) / 6, y + (dy * n) / 6]]);
  await fingers(page, 'touchEnd', []);
}

/** Two fingers that go apart. */
export async function pinch(page, [x, y]) {
  await fingers(page, 'touchStart', [[x - 10, y]]);
  await fingers(page, 'touchStart', [[x - 10, y], [x + 10, y]]);
  for (let apart = 15; apart <= 60; apart += 9) await fingers(page, 'touchMove', [[x - apart, y], [x + apart, y]]);
  await fingers(page, 'touchEnd', []);
}

/** A place of an element that nothing else lies over, as near to its middle as can be, or to a share of its width. */
export async function place(handle, share = 0.5) {
  const found = await handle.evaluate((target, wanted) => {
    target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const { left, top, width, height } = target.getBoundingClientRect();
    const shares = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0.05, 0.95];
    const places = shares.flatMap((down) => shares.map((across) => [left + width * (across + wanted - 0.5), top + height * down]));
    const hits = ([x, y]) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && (target.contains(hit) || hit.closest('label')?.contains(target));
    };
    const [x, y] = places[0];
    return places.find(hits) ?? `it is covered by ${document.elementFromPoint(x, y)?.outerHTML.slice(0, 100) ?? 'the edge of the window'}`;
  }, share);
  assert.ok(Array.isArray(found), found);
  return found;
}

/** What each hand does with a control that asks for nothing else: at a share of its width, or with a key. */
export const HANDS = {
  mouse: async (page, handle, { share } = {}) => page.mouse.click(...(await place(handle, share))),
  touch: async (page, handle, { share } = {}) => page.touchscreen.tap(...(await place(handle, share))),
  keyboard: async (page, handle, { key = 'Enter' } = {}) => {
    await reach(page, handle);
    await page.keyboard.press(key);
  },
};

/** Targets of a phone that a finger misses: less than 24 pixels wide or high, with another one within their 24 (WCAG 2.5.8). */
export function tooSmall(found) {
  const LEAST = 24;
  const targets = found.filter(({ able, x, y, width, height }) => able && x + width > 0 && y + height > 0);
  const small = ({ width, height }) => width < LEAST || height < LEAST;
  const away = ({ x, y, width, height }, [px, py]) => Math.hypot(Math.max(x - px, 0, px - x - width), Math.max(y - py, 0, py - y - height));
  return targets.filter(small).flatMap((target) => {
    const centre = [target.x + target.width / 2, target.y + target.height / 2];
    const near = targets.find((other) => {
      if (other === target || holds(other, target) || holds(target, other)) return false;
      const middle = [other.x + other.width / 2, other.y + other.height / 2];
      return away(other, centre) < LEAST / 2 || (small(other) && Math.hypot(middle[0] - centre[0], middle[1] - centre[1]) < LEAST);
    });
    return near ? [`${target.kind} is ${target.width.toFixed(1)} × ${target.height.toFixed(1)} pixels, beside ${near.kind}`] : [];
  });
}

const holds = (one, two) => one.x <= two.x && one.y <= two.y && one.x + one.width >= two.x + two.width && one.y + one.height >= two.y + two.height;

/** Where Tab stops, from the beginning until it comes there again: kind, and place. */
export async function stops(page, most = 200) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    getSelection().collapse(document.body, 0);
  });
  const all = [];
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const again = element.dataset.walked !== undefined;
      element.dataset.walked = '';
      const { x, y, width, height } = element.getBoundingClientRect();
      const region = element.closest('.top, .say, .stage, .rail, .dock, .space, dialog, .menu')?.className.split(' ')[0] ?? 'body';
      return { again, region, x, y, width, height, what: element.dataset.testid ?? element.outerHTML.slice(0, 80) };
    });
    if (stop === null || stop.again) return all;
    all.push(stop);
  }
  throw new Error(`Tab has not come round after ${most} stops`);
}
