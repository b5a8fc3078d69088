// Runs the page's own program once more, beside the page: told where its script is and given its compiled module, it
// finds no window and takes work instead (web/src/worker.rs).
addEventListener(
  "message",
  async ({ data: [script, module] }) => (await import(script)).default({ module_or_path: module }),
  { once: true },
);
