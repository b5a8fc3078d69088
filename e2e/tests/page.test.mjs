// The page as a whole: it starts, it keeps to itself, and its policy holds.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DIST, open, started } from '../lib/harness.mjs';

let seen;

before(async () => {
  seen = await open();
  await started(seen.page);
});

after(() => seen?.close());

test('the page starts and says its name', async () => {
  assert.equal(await seen.page.title(), 'Mirrorline');
  assert.match(await seen.page.locator('h1').first().innerText(), /Mirrorline/);
});

test('the console stays silent', async () => {
  assert.deepEqual(seen.problems, []);
});

test('no request leaves the origin', async () => {
  assert.deepEqual(seen.foreign, []);
});

test('no script and no style is inline', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>/g)].map(([tag]) => tag);
  assert.deepEqual(inline, []);
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/);
});

test('every address in the page is relative', async () => {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const addresses = [...html.matchAll(/(?:src|href)="?([^"\s>]+)/g)].map(([, address]) => address);
  assert.ok(addresses.length > 0);
  for (const address of addresses) {
    assert.doesNotMatch(address, /^(\/|[a-z]+:)/, address);
  }
});

test('the security policy refuses an inline script', async () => {
  const ran = await seen.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true';
    document.head.append(script);
    return window.inlineRan === true;
  });
  assert.equal(ran, false);
});

test('a program that ends by a trap says so over its last picture', async () => {
  const crashed = await open();
  try {
    await started(crashed.page);
    const crash = crashed.page.locator('#crash');
    await crashed.page.evaluate(() => Promise.reject(new Error('of an extension'))).catch(() => {});
    await crashed.page.evaluate(() => setTimeout(() => { throw new Error('of an extension'); }));
    await crashed.page.waitForTimeout(100);
    assert.ok(await crash.isHidden(), 'what others do wrong is not its end');
    await crashed.page.evaluate(async () => {
      // A module whose only function is `unreachable`: what a panic is compiled to.
      const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
      const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes));
      setTimeout(instance.exports.f);
    });
    await crash.waitFor();
    assert.match(await crashed.page.locator('#crash-text').innerText(), /unreachable/);
    await crashed.page.getByRole('button', { name: 'Reload' }).click();
    await started(crashed.page);
  } finally {
    await crashed.close();
  }
});
