// One key for what staff do all day. They rest while one types, and can be turned off.
const keys = document.querySelector(".keys");
if (keys) {
  const box = keys.querySelector("[data-keys-on]");
  const NAME = "keys";
  const FIELD = "input, select, textarea";
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem(NAME, value);
      return localStorage.getItem(NAME);
    } catch {
      return null;
    }
  };
  keys.hidden = false;
  box.checked = stored() !== "off";
  box.addEventListener("change", () => stored(box.checked ? "on" : "off"));

  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.findIndex((one) => one.closest("li").contains(document.activeElement));
    rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  }

  function claim() {
    const inRow = document.activeElement.closest("li")?.querySelector("[data-claim]");
    (inRow ?? document.querySelector("[data-key='c']"))?.click();
  }

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, dialog[open]");
    if (!box.checked || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    if (document.querySelector("dialog[open]")) return;
    const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "c") claim();
    else if (element?.matches("button, a")) element.click();
    else if (element) (element.matches(FIELD) ? element : element.querySelector(FIELD))?.focus();
    else return;
    event.preventDefault();
  });
}
