// Pictures of the page, reduced to a grid of colours that fonts and smoothed edges hardly change, and compared with
// those that were accepted. `UPDATE_PICTURES=1` accepts what is seen.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ACCEPTED = fileURLToPath(new URL('../pictures/', import.meta.url));
/** What is seen becomes what is accepted. */
export const ACCEPTING = Boolean(process.env.UPDATE_PICTURES);
/** Where a picture goes that is another one, with what differs. */
const SEEN = process.env.PICTURES_SEEN ?? join(tmpdir(), 'mirrorline-pictures');

/** Cells, in the longer direction. */
const CELLS = 80;
/** A cell is another one when a channel of its colour, smoothed over its neighbours', is further away than this, of 255. */
const NEAR = 18;
/** This share of the cells may be other ones. A serif font makes 0.6 % of them so, another colour of dirty lines 1.2 %. */
const SHARE = 0.01;

/** Runs in a page of its own: a PNG's mean colours in cells, each `rrggbb`, row by row; and the grid as a PNG. */
async function reduced({ png, cells }) {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const scale = cells / Math.max(image.width, image.height);
  const [columns, rows] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const sums = Array.from({ length: columns * rows }, () => [0, 0, 0, 0]);
  for (let y = 0; y < image.height; y += 1) {
    const row = Math.floor((y * rows) / image.height) * columns;
    for (let x = 0; x < image.width; x += 1) {
      const sum = sums[row + Math.floor((x * columns) / image.width)];
      const at = (y * image.width + x) * 4;
      sum[0] += data[at];
      sum[1] += data[at + 1];
      sum[2] += data[at + 2];
      sum[3] += 1;
    }
  }
  return { columns, rows, colours: sums.map(([red, green, blue, count]) => [red, green, blue].map((it) => Math.round(it / count))) };
}

/** Runs in a page of its own: a grid as a PNG, each cell a pixel; cells that are `marked` stay, others fade. */
function drawn({ columns, rows, colours, marked, zoom }) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [columns * zoom, rows * zoom];
  const context = canvas.getContext('2d');
  colours.forEach(([red, green, blue], cell) => {
    const faded = marked && !marked.includes(cell);
    context.fillStyle = marked && !faded ? '#ff00ff' : `rgb(${red} ${green} ${blue} / ${faded ? 0.35 : 1})`;
    context.fillRect((cell % columns) * zoom, Math.floor(cell / columns) * zoom, zoom, zoom);
  });
  return canvas.toDataURL('image/png').split(',')[1];
}

/** A screenshot of the page once it stands still: two in a row are the same. */
async function still(page) {
  let before;
  for (let tries = 0; tries < 20; tries += 1) {
    // The code holds the address, whose port is another one each time.
    const now = await page.screenshot({ animations: 'disabled', caret: 'hide', mask: [page.getByTestId('share-qr')] });
    if (before?.equals(now)) return now;
    before = now;
    await page.waitForTimeout(60);
  }
  throw new Error('the page does not come to rest');
}

/** Each cell's colour as the mean of it and its neighbours: letters and edges that lie a little elsewhere are no news. */
function smoothed({ columns, rows, colours }) {
  return colours.map((_, cell) => {
    const [x, y, sum] = [cell % columns, Math.floor(cell / columns), [0, 0, 0]];
    let count = 0;
    for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row += 1) {
      for (let column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column += 1) {
        colours[row * columns + column].forEach((channel, index) => { sum[index] += channel; });
        count += 1;
      }
    }
    return sum.map((channel) => channel / count);
  });
}

/** The cells in which two grids of one shape differ. */
function different(one, two) {
  const [here, there] = [smoothed(one), smoothed(two)];
  return here.flatMap((colour, cell) => (colour.some((channel, index) => Math.abs(channel - there[cell][index]) > NEAR) ? [cell] : []));
}

const reduce = (png, canvas) => canvas.evaluate(reduced, { png: png.toString('base64'), cells: CELLS });

/** Compares the page with the picture of a name. `canvas` is an empty page, which reduces and draws. */
export async function compare(name, page, canvas) {
  const shot = await still(page);
  const seen = await reduce(shot, canvas);
  const file = join(ACCEPTED, `${name}.png`);
  if (ACCEPTING) {
    await mkdir(ACCEPTED, { recursive: true });
    await writeFile(file, Buffer.from(await canvas.evaluate(drawn, { ...seen, zoom: 1 }), 'base64'));
    return;
  }
  assert.ok(existsSync(file), `there is no picture ${name}: accept what is seen with UPDATE_PICTURES=1`);
  const accepted = await reduce(await readFile(file), canvas);
  const { columns, rows } = seen;
  assert.deepEqual([accepted.columns, accepted.rows], [columns, rows], `${name} has another shape`);
  const cells = different(seen, accepted);
  if (cells.length <= SHARE * columns * rows) return;
  await mkdir(SEEN, { recursive: true });
  await writeFile(join(SEEN, `${name}.png`), shot);
  const marked = await canvas.evaluate(drawn, { ...seen, marked: cells, zoom: 8 });
  await writeFile(join(SEEN, `${name}-differs.png`), Buffer.from(marked, 'base64'));
  const where = cells.slice(0, 12).map((cell) => `${cell % columns}:${Math.floor(cell / columns)}`);
  assert.fail(
    `${name}: ${cells.length} of ${columns} × ${rows} cells differ (column:row ${where.join(', ')}${cells.length > 12 ? ', …' : ''}). ` +
      `Look at ${SEEN}/${name}.png and ${name}-differs.png; what is as it should be is accepted with UPDATE_PICTURES=1.`,
  );
}
