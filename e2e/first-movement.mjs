// Prints the milliseconds from the request of the page until something on it
// moves: until an element with the attribute `data-motion` changes its value.

import { open } from './lib/harness.mjs';

const LIMIT_MS = 20_000;

const seen = await open({ path: '' });
try {
  // performance.now() counts from the start of the navigation.
  const moved = await seen.page.evaluate(
    (limit) =>
      new Promise((resolve, reject) => {
        const values = new Map();
        const timer = setTimeout(
          () => reject(new Error(`nothing moved within ${limit} ms`)),
          limit,
        );
        const look = () => {
          for (const element of document.querySelectorAll('[data-motion]')) {
            const value = element.getAttribute('data-motion');
            if (values.has(element) && values.get(element) !== value) {
              clearTimeout(timer);
              resolve(performance.now());
              return;
            }
            values.set(element, value);
          }
          requestAnimationFrame(look);
        };
        look();
      }),
    LIMIT_MS,
  );
  console.log(Math.round(moved));
} finally {
  await seen.close();
}
