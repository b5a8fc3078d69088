// Where the module under test lies, the program it is compared with, and the scenario in which everything occurs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The folder with `node/` and `web/`, as `cargo xtask module` makes it. */
export const MODULE = process.env.MIRRORLINE_MODULE ?? here('../../target/module/');

/** The command-line program. */
export const PROGRAM = process.env.MIRRORLINE_PROGRAM ?? here('../../target/debug/mirrorline');

export const GOLDEN = here('../../engine/tests/golden/mixed.scenario');
export const GOLDEN_TEXT = readFileSync(GOLDEN, 'utf8');

/** A small fio iolog. */
export const TRACE = readFileSync(here('../../static/samples/oltp.iolog'));

/** More events than any run here has. */
export const END = 2n ** 40n;

/** Imports the module for Node. */
export const load = () => import(pathToFileURL(join(MODULE, 'node/mirrorline.js')).href);
