// Every control of the page, what it is for, and where it is met. The test gathers what there is and holds it against
// this list, both ways.
//
// A new dialog: add a place whose `enter` opens it, wherever the page is (it is called again whenever a control has led
// away), and say for each of its controls what changes in the state of controls.mjs. A `*` stands for any end of a name.
// Where a hand has to do more than press, the control says how (`mouse`, `touch`, `keyboard`, or the `key`); where it
// can do nothing, by intention, `instead` names the control that does the same. `one`: one of those that match speaks
// for all of them; `at`: which. `first` and `then` come before and after.

import { LONG, SAMPLE, pause } from './app.mjs';
import { HANDS, becomes, element, look, pinch, place, reach, swipe } from './controls.mjs';
import { started } from './harness.mjs';

// ───────── what changes ─────────
const is = (field, value, more = {}) => ({ effect: (now) => now[field] === value, ...more });
const changes = (field, more = {}) => ({ effect: (now, before) => now[field] !== before[field], ...more });
const opens = (name, more = {}) => ({ effect: (now) => now.dialog === name || now.menu === name, ...more });
const closes = is('dialog', '');
const picks = (more = {}) => ({ effect: (now) => now.held && now.inspected !== '', ...more });
const breaks = (more = {}) => changes('undo', more);
/** Says why something is as it is. */
const explains = { effect: (now) => now.causes !== '' };
/** Only keys need it: to scroll what it holds. */
const scrolls = { effect: () => true, only: 'keyboard' };

// ───────── how, where a press is not enough ─────────
const keys = (...all) => async (page) => {
  for (const key of all) await page.keyboard.press(key);
};
const arrows = (...all) => async (page, handle) => {
  await reach(page, handle);
  await keys(...all)(page);
};
/** Cells are reached through their grid, which is one stop. */
const through = (grid, ...all) => async (page) => arrows(...all)(page, await element(page, grid));

const types = (text, more = {}) => {
  const by = (press) => async (page, handle) => {
    await press(page, handle);
    await handle.evaluate((field) => field.select());
    await page.keyboard.type(text);
  };
  const hands = { mouse: by(HANDS.mouse), touch: by(HANDS.touch), keyboard: by(reach) };
  return { effect: (now) => now.typed === text, ...hands, ...more };
};

/** The list that opens is the browser's own, and out of reach: it is closed again, and the next entry chosen. */
const chooses = (field) => {
  const by = (press) => async (page, handle) => {
    await press(page, handle);
    await page.keyboard.press('Escape');
    await handle.selectOption(await handle.evaluate((select) => select.options[(select.selectedIndex + 1) % select.options.length].value));
  };
  const keyboard = async (page, handle) => {
    await reach(page, handle);
    await page.keyboard.press((await handle.evaluate((select) => select.selectedIndex)) > 0 ? 'ArrowUp' : 'ArrowDown');
  };
  return changes(field, { mouse: by(HANDS.mouse), touch: by(HANDS.touch), keyboard });
};

/** Asks for a file, and is given one. */
const asks = () => {
  const by = (press) => async (page, handle) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser', { timeout: 2_500 }), press(page, handle)]);
    await chooser.setFiles(SAMPLE);
  };
  const hands = { mouse: by(HANDS.mouse), touch: by(HANDS.touch), keyboard: by(HANDS.keyboard) };
  return { effect: (now) => now.preview !== '', ...hands };
};

const drag = (dx, dy) => async (page, handle) => {
  const [x, y] = await place(handle);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx, y + dy, { steps: 3 });
  await page.mouse.up();
};
const dragged = (dx, dy) => async (page, handle) => swipe(page, await place(handle), [dx, dy]);
const pinched = async (page, handle) => pinch(page, await place(handle));
const wheel = async (page, handle) => {
  await page.mouse.move(...(await place(handle)));
  await page.mouse.wheel(0, -240);
};

/** Arrow keys go over the tabs of a group from the one that is shown. */
const overTabs = async (page, handle) => {
  const { from, by } = await handle.evaluate((tab) => {
    const all = [...tab.closest('[role=tablist]').querySelectorAll('[role=tab]')];
    const at = all.findIndex((it) => it.tabIndex === 0);
    return { from: all[at].dataset.testid, by: all.indexOf(tab) - at };
  });
  const stop = await element(page, `tabs/${from}`);
  await arrows(...Array(Math.abs(by)).fill(by > 0 ? 'ArrowRight' : 'ArrowLeft'))(page, stop);
};
const PANEL_KEYS = { inspector: 'i', about: 'l', charts: 'g', writes: 'k', invariants: 'v', queue: 'r', events: 'e' };
/** Brings another tab of the same group to the front. */
const behind = async (page, kind) => {
  const name = kind.replace('tabs/tab-', '');
  const groups = [['inspector', 'about', 'charts'], ['writes', 'invariants', 'queue', 'events']];
  const other = groups.find((group) => group.includes(name)).find((it) => it !== name);
  if ((await look(page)).tab.includes(name)) await page.keyboard.press(PANEL_KEYS[other]);
};

// ───────── the way there ─────────
/** The moment at which most is seen: messages on the link, lines in the queue. */
export const MOMENT = 24;
/** A moment of the run, in which nothing is broken. */
const at = (event) => async (page) => {
  for (let now = await look(page); ; now = await look(page)) {
    if (/^Undo/.test(now.undo)) await page.keyboard.press('Control+z');
    else if (now.event === event) return;
    else break;
  }
  await keys('Home', ...Array(event).fill('Alt+ArrowRight'))(page);
  await becomes(page, (now) => now.event === event, await look(page), `the way to event ${event}`);
};
const moment = at(MOMENT);
/** Two messages follow each other; the one in front is drawn last. */
const TWO = 1;
/** Presses a control without further ado. */
const press = (kind, which) => async (page) => (await element(page, kind, which)).evaluate((it) => it.click());
/** Opens a dialog or a menu, unless it is open. */
const open = (name, ...steps) => async (page) => {
  const now = await look(page);
  if (now.dialog === name || now.menu === name) return;
  if (now.dialog + now.menu !== '') await page.keyboard.press('Escape');
  for (const step of steps) await step(page);
  await becomes(page, opens(name).effect, now, `the way to ${name}`);
};
/** Shows a panel, also where a drawer has to be opened for it. */
const panel = (name) => async (page) => {
  const seen = ({ tab, drawer, drawn }) => tab.split(' ').includes(`tab-${name}`) && (drawer || !drawn);
  const now = await look(page);
  if (seen(now)) return;
  await page.keyboard.press(PANEL_KEYS[name]);
  await becomes(page, seen, now, `the way to ${name}`);
};
const view = (wanted) => async (page) => {
  if ((await look(page)).view !== wanted) await page.keyboard.press('s');
};
const broken = async (page) => {
  const now = await look(page);
  if (now.futures === '') await page.keyboard.press('a');
  await becomes(page, ({ futures }) => futures !== '', now, 'killing A');
};
/** Something can be undone. */
const undoable = async (page) => {
  const now = await look(page);
  if (/^Undo/.test(now.undo)) return;
  await page.keyboard.press('x');
  await becomes(page, ({ undo }) => /^Undo/.test(undo), now, 'cutting the link');
};
/** Something can be done again. */
const redoable = async (page) => {
  if ((await look(page)).redo !== '') return;
  await undoable(page);
  await page.keyboard.press('Control+z');
  await becomes(page, ({ redo }) => redo !== '', await look(page), 'undoing');
};
/** Something is held in the inspector. */
const held = (kind, which) => async (page) => {
  if (!(await look(page)).held) await press(kind, which)(page);
};
const link = (hash) => async (page) => {
  if ((await look(page)).banner === '') await page.evaluate((it) => { location.hash = it; }, hash);
};
const given = (file) => async (page) => {
  if ((await look(page)).preview + (await look(page)).failed !== '') return;
  await page.getByTestId('trace-file').setInputFiles(file);
  await becomes(page, ({ preview, failed }) => preview + failed !== '', await look(page), 'the file');
};
const trace = open('trace-dialog', async (page) => press((await look(page)).narrow ? 'top/button Menu' : 'top/open-trace')(page), async (page) => {
  if ((await look(page)).menu !== '') await press('more-menu/button Open a trace…')(page);
});
const BAD = { name: 'bad.iolog', mimeType: 'text/plain', buffer: Buffer.from('no trace at all\n') };
/** As many lines as are drawn as a map, with slots in use. */
const map = async (page) => {
  const zoomed = async () => {
    if (!(await look(page)).heat.includes('zoomed')) await press('stage/button Zoom in')(page);
  };
  if ((await look(page)).heat !== '') return zoomed();
  await trace(page);
  await given(SAMPLE)(page);
  await page.getByTestId('trace-sizes').getByText('10,000 lines', { exact: true }).evaluate((it) => it.click());
  await page.getByTestId('trace-play').evaluate((it) => it.click());
  await becomes(page, ({ heat, total }) => heat !== '' && total > 1_000, await look(page), 'the way to the map');
  if ((await look(page)).playing) await page.keyboard.press('Space');
  await zoomed();
};
/** The browser refuses the clipboard, once. */
const refuses = (page) => page.evaluate(() => {
  navigator.clipboard.writeText = () => {
    delete navigator.clipboard.writeText;
    return Promise.reject(new Error('refused'));
  };
});
/** The program has ended, as far as the page is told. */
const crash = async (page) => {
  if ((await look(page)).crashed) return;
  await page.evaluate(() => dispatchEvent(new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') })));
  await becomes(page, ({ crashed }) => crashed, await look(page), 'the end of the program');
};
/** The page is loaded again. */
const reloads = () => {
  const by = (press) => async (page, handle) => {
    await Promise.all([page.waitForEvent('load'), press(page, handle)]);
    await started(page);
    await pause(page);
  };
  return is('crashed', false, { mouse: by(HANDS.mouse), touch: by(HANDS.touch), keyboard: by(HANDS.keyboard) });
};
const of = (...steps) => async (page) => {
  for (const step of steps) await step(page);
};

/** A page of the dialog that explores, with nothing going on. */
const checking = (page_) => of(open('check-dialog', keys('o')), async (page) => {
  await press(`check-dialog/check-page-${page_}`)(page);
  if ((await look(page)).searching !== '') await press('check-dialog/check-stop')(page);
  await becomes(page, ({ searching }) => searching === '', await look(page), 'stopping');
});
/** A search that does not end by itself in the time that this takes. */
const searching = of(checking('world'), async (page) => {
  const world = page.getByTestId('check-world');
  await world.selectOption(await world.locator('option', { hasText: 'failback-two' }).innerText());
  await press('check-dialog/check-start')(page);
  await becomes(page, (now) => now.searching !== '', await look(page), 'a search');
});
const searches = { effect: (now) => now.searching !== '' || now.found !== '' };
const plants = { effect: (now) => now.dialog === '' || now.planted !== '' };

/** The explorer has found a bug; what it found is played, so that rules are broken. */
const found = async (page) => {
  if ((await page.getByTestId('check-play').count()) > 0) return;
  await checking('bug')(page);
  await press('check-dialog/bug-ack-before-meta')(page);
  await press('check-dialog/check-start')(page);
  await becomes(page, (now) => now.found !== '', await look(page), 'the explorer');
};
const counterexample = async (page) => {
  if ((await page.getByTestId('rules').getByRole('button').count()) > 0) return;
  await found(page);
  await press('check-dialog/check-play')(page);
};

/** A list of places, each with the controls that are met there. */
export const PLACES = [
  {
    name: 'the stage',
    enter: view('stage'),
    controls: {
      'top/scenario-picker': opens('scenarios'),
      'top/view-spacetime': is('view', 'space-time'),
      'top/view-stage': is('view', 'stage', { first: view('space-time') }),
      'top/open-trace': opens('trace-dialog'),
      'top/button ? Keys': opens('keys-dialog'),
      'top/share': opens('share-dialog'),
      'top/check': opens('check-dialog'),
      'top/button Menu': opens('more-menu'),
      'top/open-inspector': is('drawer', true),
      'top/theme-light': is('theme', 'light'),
      'top/theme-projector': is('theme', 'projector'),
      'top/theme-dark': is('theme', 'dark'),
      'say/why': explains,
      'stage/pick-host': picks(),
      'stage/pick-slot': picks({ keyboard: through('stage/listbox', 'ArrowRight', 'Enter') }),
      'stage/listbox': changes('cursor', { keyboard: arrows('ArrowRight', 'ArrowDown'), instead: { mouse: 'stage/pick-slot', touch: 'stage/pick-slot' } }),
      'stage/pick-line': picks(),
      'stage/pick-msg': picks(),
      'stage/pick-record': picks({ instead: { keyboard: 'stage/button Record' } }),
      'stage/button Record': picks(),
      'stage/pick-disk': picks({ keyboard: through('stage/grid', 'ArrowRight', 'Enter') }),
      'stage/grid': changes('cursor', { keyboard: arrows('ArrowRight', 'ArrowDown'), instead: { mouse: 'stage/pick-disk', touch: 'stage/pick-disk' } }),
      'stage/break-link-a': breaks({ instead: { keyboard: 'break-sheet/break-link-a' } }),
      'stage/break-link-b': breaks({ instead: { keyboard: 'break-sheet/break-link-b' } }),
      'stage/break-*': breaks(),
      'rail/divider': changes('share', { mouse: drag(0, -60), touch: dragged(0, 60), key: 'ArrowUp' }),
      'dock/button Slower': changes('speed'),
      'dock/button Faster': changes('speed'),
      'dock/speed': changes('speed', { key: 'ArrowRight', share: 0.2 }),
      'dock/step-by': chooses('step'),
      'dock/run-until': opens('until-menu'),
      'dock/break-*': breaks(),
      'dock/more-faults': opens('break-sheet'),
      'dock/play': changes('playing', { then: keys('Space') }),
      'dock/step-forward': changes('event'),
      'dock/step-back': changes('event'),
      'dock/scrubber': changes('event', { key: 'PageDown' }),
    },
  },
  {
    name: 'the scenarios',
    enter: open('scenarios', press('top/scenario-picker')),
    controls: { 'scenarios/menuitem Open a trace*': opens('trace-dialog') },
  },
  {
    name: 'the phone’s menu',
    narrow: true,
    enter: open('more-menu', press('top/button Menu')),
    controls: {
      'more-menu/view-spacetime': is('view', 'space-time'),
      'more-menu/view-stage': is('view', 'stage'),
      'more-menu/theme-light': is('theme', 'light'),
      'more-menu/theme-projector': is('theme', 'projector'),
      'more-menu/theme-dark': is('theme', 'dark'),
      'more-menu/language-de': is('language', 'de', { then: async (page) => { await page.getByRole('button', { name: 'Menü', exact: true }).click(); await page.getByTestId('language-en').click(); } }),
      'more-menu/language-en': is('language', 'en'),
      'more-menu/step-by': chooses('step'),
      'more-menu/more-until': opens('until-menu'),
      'more-menu/menu-share': opens('share-dialog'),
      'more-menu/menu-check': opens('check-dialog'),
      'more-menu/button Open a trace…': opens('trace-dialog'),
      'more-menu/button Key to the states, ke*': opens('keys-dialog'),
    },
  },
  {
    name: 'the inspector',
    enter: of(view('stage'), panel('inspector')),
    controls: {
      'rail/panels': opens('panels-menu'),
      'rail/button Close': is('drawer', false),
      'tabs/tab-*': { effect: ({ tab }, _, kind) => tab.split(' ').includes(kind.replace('tabs/', '')), first: behind, keyboard: overTabs },
      'tabs/close-*': changes('tabs', {
        one: true,
        keyboard: async (page, handle) => arrows('Delete')(page, (await handle.evaluateHandle((it) => it.previousElementSibling)).asElement()),
        then: async (page, kind) => panel(kind.replace('tabs/close-', ''))(page),
      }),
      'pane-inspector/why-line': explains,
      'pane-inspector/tabpanel': scrolls,
    },
  },
  {
    name: 'the inspector, holding a message',
    enter: of(moment, view('stage'), held('stage/pick-msg'), panel('inspector')),
    controls: { 'pane-inspector/break-*': breaks(), 'pane-inspector/release': is('held', false) },
  },
  {
    name: 'the inspector, holding one of two messages',
    enter: of(at(TWO), view('stage'), held('stage/pick-msg', -1), panel('inspector')),
    controls: { 'pane-inspector/break-swap': breaks() },
  },
  { name: 'about', enter: panel('about'), controls: { 'pane-about/tabpanel': scrolls } },
  {
    name: 'charts',
    enter: panel('charts'),
    controls: { 'pane-charts/img *': changes('event', { one: true, instead: { keyboard: 'dock/scrubber' } }), 'pane-charts/tabpanel': scrolls },
  },
  { name: 'acknowledged writes', enter: panel('writes'), controls: { 'pane-writes/tabpanel': scrolls } },
  { name: 'write-back queues', enter: of(moment, panel('queue')), controls: { 'pane-queue/pick-line': picks(), 'pane-queue/tabpanel': scrolls } },
  { name: 'invariants', enter: panel('invariants'), controls: { 'pane-invariants/tabpanel': scrolls } },
  {
    name: 'events',
    enter: panel('events'),
    controls: {
      'pane-events/events-kind': chooses('filter'),
      'pane-events/events-A': changes('filter', { then: press('pane-events/events-A') }),
      'pane-events/events-B': changes('filter', { then: press('pane-events/events-B') }),
      'pane-events/events-text': types('a', { then: async (page) => page.getByTestId('events-text').fill('') }),
      'pane-events/events-list': changes('cursor', { key: 'ArrowDown', instead: { mouse: 'pane-events/option', touch: 'pane-events/option' } }),
      'pane-events/option': changes('event', { keyboard: through('pane-events/events-list', 'ArrowDown', 'Enter'), at: 2 }),
    },
  },
  {
    name: 'events, when none is found',
    enter: of(panel('events'), async (page) => page.getByTestId('events-text').fill('no such thing')),
    controls: { 'pane-events/button Show all events': changes('events') },
  },
  {
    name: 'events of a line',
    enter: of(moment, held('stage/pick-slot'), panel('events')),
    controls: { 'pane-events/events-line': changes('filter', { then: press('pane-events/events-line') }) },
  },
  {
    name: 'causes',
    enter: async (page) => {
      if ((await look(page)).causes === '') await of(moment, keys('q'))(page);
      await panel('events')(page);
    },
    controls: {
      'causes/ol Causes, newest first': scrolls,
      'causes/button Go to event #': changes('event', { at: -1, first: keys('End') }),
      'causes/button Close the causes': is('causes', ''),
    },
  },
  {
    name: 'the menu of panels',
    enter: open('panels-menu', panel('inspector'), press('rail/panels')),
    controls: {
      'panels-menu/panel-*': changes('tab', { one: true, at: 1, then: panel('inspector') }),
      'panels-menu/left-*': changes('tabs', { one: true, at: 1 }),
      'panels-menu/cross-*': changes('tabs', { one: true }),
      'panels-menu/shut-*': changes('tabs', { one: true }),
      'panels-menu/panels-reset': changes('tabs'),
    },
  },
  {
    name: 'no panels',
    enter: async (page) => {
      if ((await look(page)).tabs === '') return;
      await open('panels-menu', panel('inspector'), press('rail/panels'))(page);
      for (const name of Object.keys(PANEL_KEYS)) await page.getByTestId(`shut-${name}`).evaluate((it) => it.click()).catch(() => undefined);
      if ((await look(page)).menu !== '') await page.keyboard.press('Escape');
    },
    controls: { 'rail/panels-reset': changes('tabs') },
  },
  {
    name: 'the space-time diagram',
    enter: of(moment, view('space-time')),
    controls: {
      'spacetime/zoom-out': changes('window'),
      'spacetime/zoom-in': changes('window'),
      'spacetime/space-plot': changes('window', { mouse: wheel, touch: pinched, instead: { keyboard: 'spacetime/zoom-in' } }),
      'spacetime/follow': changes('follow', { first: async (page) => drag(-80, 0)(page, await element(page, 'spacetime/space-plot')) }),
      'spacetime/copy-text': changes('copied'),
      'spacetime/stroke': changes('event', { instead: { keyboard: 'pane-events/option' } }),
      'spacetime/space-label': changes('event', { instead: { keyboard: 'pane-events/option' } }),
      'spacetime/seek': changes('event', { instead: { keyboard: 'pane-events/option' } }),
    },
  },
  {
    name: 'the keys',
    enter: open('keys-dialog', keys('?')),
    controls: {
      'keys-dialog/language-de': is('language', 'de', { then: async (page) => page.getByTestId('language-en').click() }),
      'keys-dialog/language-en': is('language', 'en'),
      'keys-dialog/tour-again': is('tour', 'controllers', { then: async (page) => page.getByTestId('tour-skip').click() }),
      'keys-dialog/button Close': closes,
    },
  },
  {
    name: 'the tour',
    enter: async (page) => {
      if ((await look(page)).tour !== '') return;
      await open('keys-dialog', keys('?'))(page);
      await page.getByTestId('tour-again').evaluate((it) => it.click());
    },
    controls: { 'tour/tour-next': changes('tour'), 'tour/tour-skip': is('tour', '') },
  },
  {
    name: 'finding a block',
    enter: of(panel('inspector'), open('find-dialog', keys('f'))),
    controls: {
      'find-dialog/find-input': types('0:42'),
      'find-dialog/find-go': picks({ first: async (page) => page.getByTestId('find-input').fill('0:42') }),
      'find-dialog/button Close': closes,
    },
  },
  {
    name: 'sharing',
    enter: open('share-dialog', async (page) => press((await look(page)).narrow ? 'top/button Menu' : 'top/share')(page), async (page) => {
      if ((await look(page)).menu !== '') await press('more-menu/menu-share')(page);
    }),
    controls: {
      'share-dialog/share-link': is('focus', 'share-link'),
      'share-dialog/share-frame': is('focus', 'share-frame'),
      'share-dialog/share-link-copy': is('said', 'Copied.'),
      'share-dialog/share-frame-copy': is('said', 'Copied.'),
      'share-dialog/share-file': changes('downloads'),
      'share-dialog/share-scenario': changes('downloads'),
      'share-dialog/button Close': closes,
    },
  },
  {
    name: 'what can be broken',
    enter: open('break-sheet', press('dock/more-faults')),
    controls: { 'break-sheet/break-*': breaks(), 'break-sheet/button Close': closes },
  },
  {
    name: 'what can be mended',
    enter: of(undoable, open('break-sheet', press('dock/more-faults'))),
    controls: { 'break-sheet/button Undo': breaks({ keep: true }) },
  },
  {
    name: 'something is broken',
    enter: undoable,
    controls: { 'dock/branches': opens('branch-menu'), 'dock/undo': breaks({ keep: true }) },
  },
  {
    name: 'something was broken',
    enter: redoable,
    controls: { 'dock/redo': breaks({ keep: true }) },
  },
  {
    name: 'something is broken, in the diagram',
    enter: of(moment, undoable, view('space-time')),
    controls: { 'spacetime/space-flag': changes('event', { first: keys('ArrowLeft'), instead: { keyboard: 'pane-events/option' } }) },
  },
  {
    name: 'the futures',
    enter: of(broken, open('branch-menu', press('dock/branches'))),
    controls: {
      'branch-menu/compare-#': opens('compare-dialog'),
      'branch-menu/branch-#': changes('future'),
      'branch-menu/button Forget *': changes('futures'),
    },
  },
  {
    name: 'two futures beside each other',
    enter: of(broken, open('compare-dialog', open('branch-menu', press('dock/branches')), press('branch-menu/compare-#'))),
    controls: { 'compare-dialog/button Show this one': closes, 'compare-dialog/button Close': closes },
  },
  {
    name: 'running until something happens',
    enter: open('until-menu', keys('Home', 'u')),
    controls: { 'until-menu/until-*': { effect: (now, before) => now.event !== before.event || now.ran !== before.ran, then: keys('Home') } },
  },
  {
    name: 'a link that cannot be opened',
    enter: link('#hello'),
    controls: { 'banner/button Dismiss': is('banner', '') },
  },
  {
    name: 'a last visit that left something',
    enter: async (page) => {
      if ((await look(page)).offer !== '') return;
      await page.keyboard.press('a');
      // A link would be opened instead.
      await page.evaluate(() => history.replaceState(null, '', location.pathname));
      await page.reload();
      await page.getByTestId('offer').waitFor();
    },
    controls: { 'offer/offer-forget': is('offer', ''), 'offer/offer-resume': changes('event') },
  },
  {
    name: 'opening a trace',
    enter: trace,
    controls: { 'trace-dialog/label Choose a file*': { ...asks(), instead: { keyboard: 'trace-dialog/trace-file' } }, 'trace-dialog/trace-file': { ...asks(), instead: { mouse: 'trace-dialog/label Choose a file*', touch: 'trace-dialog/label Choose a file*' } }, 'trace-dialog/button Close': closes },
  },
  {
    name: 'a trace that cannot be read',
    enter: of(trace, given(BAD)),
    controls: { 'trace-dialog/button Choose another file': is('failed', '') },
  },
  {
    name: 'a trace before it is played',
    enter: of(trace, given(SAMPLE)),
    controls: {
      'trace-dialog/button #*': changes('size', { one: true, at: 1 }),
      'trace-dialog/button Another file': is('preview', ''),
      'trace-dialog/trace-play': changes('scenario'),
    },
  },
  {
    name: 'the map of a big cache',
    enter: map,
    controls: {
      'stage/heat-view': changes('heat', { mouse: wheel, touch: pinched, key: '+' }),
      'stage/heat-mini': changes('heat', { share: 0.2, instead: { keyboard: 'stage/heat-view' } }),
      'stage/button Zoom in': changes('heat'),
      'stage/button Zoom out': changes('heat'),
      'stage/button Show all': changes('heat'),
    },
  },
  {
    name: 'a long trace, while it is read ahead',
    enter: async (page) => {
      if ((await look(page)).reading.includes('ahead')) return;
      await trace(page);
      await given(LONG)(page);
      await press('trace-dialog/trace-play')(page);
      await becomes(page, ({ reading }) => reading.includes('ahead'), await look(page), 'the long trace');
    },
    controls: { 'dock/cancel-load': { effect: ({ reading }) => reading !== '' && !reading.includes('ahead') } },
  },
  {
    name: 'exploring a world',
    enter: checking('world'),
    controls: {
      'check-dialog/check-page-*': changes('chosen', { first: async (page, kind) => page.getByTestId(kind.endsWith('world') ? 'check-page-bug' : 'check-page-world').evaluate((it) => it.click()) }),
      'check-dialog/check-requests-#': changes('chosen', { at: 1 }),
      'check-dialog/check-faults-#': changes('chosen', { at: -1 }),
      'check-dialog/check-limit-#': changes('chosen', { at: -1 }),
      'check-dialog/check-world': chooses('chosen'),
      'check-dialog/check-start': searches,
      'check-dialog/button Close': closes,
    },
  },
  {
    name: 'a search that goes on',
    enter: searching,
    controls: { 'check-dialog/check-pause': changes('chosen'), 'check-dialog/check-stop': is('searching', '') },
  },
  {
    name: 'a sweep',
    enter: checking('sweep'),
    controls: {
      'check-dialog/sweep-bug': chooses('chosen'),
      'check-dialog/sweep-from': types('7'),
      'check-dialog/sweep-#': changes('chosen', { at: -1 }),
      'check-dialog/sweep-start': searches,
    },
  },
  {
    name: 'bugs to plant',
    enter: checking('bug'),
    controls: {
      'check-dialog/bug-hide': plants,
      'check-dialog/bug-plant': plants,
      'check-dialog/bug-*': changes('chosen', { one: true, at: 2 }),
    },
  },
  {
    name: 'a hidden bug on the stage',
    enter: async (page) => {
      await checking('bug')(page);
      if ((await page.getByTestId('bug-reveal').count()) > 0) return;
      await press('check-dialog/bug-hide')(page);
      await becomes(page, plants.effect, await look(page), 'hiding one');
      await checking('bug')(page);
    },
    controls: { 'check-dialog/bug-reveal': changes('planted'), 'check-dialog/bug-find': searches },
  },
  {
    name: 'a bug that was found',
    enter: found,
    controls: { 'check-dialog/check-play': closes },
  },
  {
    name: 'a planted bug on the stage',
    enter: async (page) => {
      if ((await look(page)).dialog === '' && (await page.getByTestId('bug-chip').count()) > 0) return;
      await checking('bug')(page);
      await press('check-dialog/bug-plant')(page);
      await becomes(page, ({ dialog }) => dialog === '', await look(page), 'planting');
    },
    controls: { 'say/bug-chip': opens('check-dialog') },
  },
  {
    name: 'a rule is broken',
    enter: of(counterexample, panel('invariants'), keys('End')),
    controls: { 'pane-invariants/button *': changes('event', { one: true, first: keys('End') }), 'pane-invariants/jump': changes('event', { first: keys('End') }) },
  },
  {
    name: 'the scenarios, to choose one',
    enter: open('scenarios', press('top/scenario-picker')),
    controls: { 'scenarios/scenario-#': changes('scenario', { at: 1 }) },
  },
  {
    name: 'the text to be copied by hand, where the clipboard is refused',
    enter: open('space-text', view('space-time'), refuses, press('spacetime/copy-text')),
    controls: { 'space-text/textarea *': is('focus', 'textarea'), 'space-text/button Close': closes },
  },
  {
    name: 'the program has ended',
    enter: crash,
    controls: { 'crash/button Reload': reloads() },
  },
];
