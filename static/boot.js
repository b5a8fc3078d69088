// Runs before the first paint and before the program: chooses the theme, so that nothing flashes, and speaks up if
// the program cannot start. theme.rs reads what is chosen here.
(function () {
  const themes = ["dark", "light", "projector"];
  const asked = new URLSearchParams(location.search).get("theme");
  let stored = null;
  try {
    stored = localStorage.getItem("mirrorline-theme");
  } catch {
    // Storage is forbidden: then nothing is remembered.
  }
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  document.documentElement.dataset.theme = [asked, stored, system].find((theme) => themes.includes(theme));

  function fail(text) {
    const crash = document.getElementById("crash");
    if (!crash || document.getElementById("app")) return;
    document.getElementById("crash-text").textContent = text;
    crash.hidden = false;
  }
  addEventListener("error", (event) => fail(event.message || "A part of the page could not be loaded."), true);
  addEventListener("unhandledrejection", (event) => fail(String(event.reason)));
  addEventListener("click", (event) => {
    if (event.target.id === "crash-reload") location.reload();
  });
})();
