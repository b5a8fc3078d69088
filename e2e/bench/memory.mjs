// Memory while it plays on and on at top speed, from the start again at each end. MIRRORLINE_MINUTES says how long; the
// script waits for real minutes, not for the clock of the simulation.

import { pause, playTrace, position, readAhead } from '../lib/app.mjs';
import { figure } from '../lib/figure.mjs';
import { open, started } from '../lib/harness.mjs';

const MINUTES = Number(process.env.MIRRORLINE_MINUTES ?? 3);
/** By then everything that is made once has been made. */
const WARM_MS = 60_000;
const EVERY_MS = 5_000;
const MIB = 1024 * 1024;

/** MiB that the program's memory is big, and that JavaScript's objects take after a collection of garbage. */
async function memory(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { result } = await session.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: result.objectId });
  const { result: sum } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }',
    returnByValue: true,
  });
  await session.send('Runtime.releaseObject', { objectId: objects.objectId });
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return { program: sum.value / MIB, objects: usedSize / MIB };
}

const seen = await open();
try {
  const { page } = seen;
  await started(page);
  const session = await page.context().newCDPSession(page);
  await playTrace(page, process.env.MIRRORLINE_TRACE);
  await pause(page);
  // What is recorded takes memory for as long as there is more of it: all of it is, before anything is measured.
  await readAhead(page);
  for (let step = 0; step < 20; step += 1) await page.keyboard.press(']');
  await page.keyboard.press('Space');
  const begun = Date.now();
  let events = 0;
  let last = (await position(page)).event;
  let warm;
  let now;
  while (Date.now() - begun < MINUTES * 60_000) {
    await page.waitForTimeout(EVERY_MS);
    const { event, playing } = await position(page);
    events += Math.max(0, event - last);
    last = event;
    if (!playing) {
      // At its end, and from there it goes on at the start.
      await page.keyboard.press('Space');
      last = 0;
    }
    now = await memory(session);
    if (!warm && Date.now() - begun >= WARM_MS) warm = now;
  }
  console.error(`${events} events played`);
  const played = `after ${MINUTES} minutes of play at top speed`;
  figure(`memory of the program, ${played}`, now.program, 'MiB');
  figure(`memory of JavaScript’s objects, ${played}`, now.objects, 'MiB');
  figure(`growth of the program’s memory, ${played}, to that after one`, now.program / warm.program, 'of 1');
  figure(`growth of JavaScript’s objects, ${played}, to that after one`, now.objects / warm.objects, 'of 1');
} finally {
  await seen.close();
}
