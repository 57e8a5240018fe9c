// Keeps what is being typed on the server, for the day the sign-in ends before it is sent.
const PAUSE = 1500;
for (const form of document.querySelectorAll("form[data-draft]")) {
  const said = form.querySelector("[data-draft-said]");
  let timer, running;

  async function keep() {
    clearTimeout(timer);
    timer = undefined;
    running = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Passive": "1" },
        redirect: "manual",
        keepalive: true,
        signal: running.signal,
      });
      if (said) said.hidden = !answer.ok;
    } catch {
      if (said) said.hidden = true;
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  // Sent for good, or given up: a draft that is still on its way must not come after it.
  document.addEventListener("submit", ({ target }) => {
    if (target !== form && !target.matches("[data-ends-drafts]")) return;
    clearTimeout(timer);
    timer = undefined;
    running?.abort();
  });
  addEventListener("pagehide", () => { if (timer) keep(); });
}
