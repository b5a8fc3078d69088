// Runs before the first paint and before the program: chooses the theme and the language, so that nothing flashes, and
// speaks up if the program cannot start. theme.rs and language/choice.rs read what is chosen here.
(function () {
  const asked = new URLSearchParams(location.search);
  function stored(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      // Storage is forbidden: then nothing is remembered.
      return null;
    }
  }
  const root = document.documentElement;
  const themes = ["dark", "light", "projector"];
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  // Where the system forces its own colours, those that are kept (lines, blocks) have to suit its background.
  const forced = matchMedia("(forced-colors: active)").matches && system;
  const wishes = [forced, asked.get("theme"), stored("mirrorline-theme"), system];
  root.dataset.theme = wishes.find((it) => themes.includes(it));

  const languages = ["en", "de"];
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  const wanted = [asked.get("lang"), stored("mirrorline-language"), ...preferred, "en"];
  root.lang = wanted.find((it) => languages.includes(it));
  if (root.lang !== "en") {
    // Its texts come while the program is loaded.
    const texts = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: `./texts/${root.lang}.json` };
    document.head.append(Object.assign(document.createElement("link"), texts));
  }

  // The published program says nothing when it fails: it just ends, and the browser tells of it here. What else goes
  // wrong matters only until the program runs.
  function fail(error, text) {
    const crash = document.getElementById("crash");
    const ended = error instanceof WebAssembly.RuntimeError;
    if (!crash || !(ended || !document.getElementById("app"))) return;
    document.getElementById("crash-text").textContent = ended ? error.stack : text;
    crash.hidden = false;
  }
  addEventListener("error", ({ error, message }) => fail(error, message || "A part of the page could not be loaded."), true);
  addEventListener("unhandledrejection", ({ reason }) => fail(reason, String(reason)));
  addEventListener("click", (event) => {
    if (event.target.id === "crash-reload") location.reload();
  });
})();
