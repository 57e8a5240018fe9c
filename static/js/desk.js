// Refreshes the lists of the desk in place. Passive: looking at an open page is no activity.
const desk = document.getElementById("desk");
const SHOWN = 20000, HIDDEN = 60000;
if (desk) {
  const said = document.getElementById("desk-said");
  const title = document.title.replace(/^\(\d+\+?\) /, "");
  let timer, isPressed = false;

  const waiting = () => Number(desk.firstElementChild.dataset.waiting);

  // The row that is read: the one with the focus, else the first on the screen.
  function row() {
    const rows = [...desk.querySelectorAll("li[id]")];
    return rows.find((one) => one.contains(document.activeElement))
      ?? rows.find((one) => one.getBoundingClientRect().top >= 0);
  }

  function replace(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!fresh?.matches(".desk-lists")) return;
    const before = waiting();
    const read = row();
    const top = read?.getBoundingClientRect().top;
    const focused = desk.contains(document.activeElement) && document.activeElement;
    const place = focused?.closest("li[id]")?.id;
    const what = focused?.matches("[data-claim]") ? "[data-claim]" : "[data-row]";

    for (const section of desk.querySelectorAll("section")) {
      const next = fresh.querySelector(`#${section.id}`);
      // Each page has tokens of its own; they alone are no change.
      const text = (one) => one.innerHTML.replace(/value="[^"]{32,}"/g, "");
      if (next && text(section) !== text(next)) section.replaceWith(next);
    }
    Object.assign(desk.firstElementChild.dataset, fresh.dataset);

    const again = place && document.getElementById(place);
    again?.querySelector(what)?.focus({ preventScroll: true });
    const same = read && document.getElementById(read.id);
    if (same) scrollBy({ top: same.getBoundingClientRect().top - top, behavior: "instant" });
    const { waiting: count, countedOut } = desk.firstElementChild.dataset;
    document.title = count === "0" ? title : `(${count}${countedOut}) ${title}`;
    if (waiting() > before) said.textContent = said.dataset.more;
  }

  async function refresh() {
    clearTimeout(timer);
    try {
      const answer = await fetch(desk.dataset.now, {
        headers: { "X-Passive": "1" },
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        // Signed out, here or in another tab: nothing stays on the screen.
        location.assign(document.getElementById("idle")?.dataset.leave ?? location.href);
        return;
      }
      if (answer.ok && !isPressed) replace(await answer.text());
    } catch {
      // The network is away; what stands there is from before, and the next try comes.
    }
    timer = setTimeout(refresh, document.hidden ? HIDDEN : SHOWN);
  }

  // Nothing moves away under a finger.
  desk.addEventListener("pointerdown", () => { isPressed = true; });
  addEventListener("pointerup", () => { isPressed = false; });
  addEventListener("pointercancel", () => { isPressed = false; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  // Back from a lead: the page as it was kept may be old.
  addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
  timer = setTimeout(refresh, SHOWN);
}
