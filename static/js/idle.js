// Warns before an idle sign-in ends. The server alone knows when that is: other tabs count too.
const dialog = document.getElementById("idle");
if (dialog) {
  const { clock, leave, warning } = dialog.dataset;
  const form = dialog.querySelector("form");
  const time = dialog.querySelector("time");
  let end, timer;

  const learn = (left) => { end = Date.now() + left * 1000; };

  async function ask(url, options) {
    try {
      // Signed out, the server sends us to the door, which cannot be followed here.
      const answer = await fetch(url, { redirect: "manual", ...options });
      if (!answer.ok) return location.assign(leave);
      learn((await answer.json()).left);
    } catch {
      // The network is away. What we knew still holds, and nobody may read on after that.
      if (Date.now() > end) return location.assign(leave);
    }
    wait();
  }
  const look = () => ask(clock);
  const stay = () => ask(form.action, { method: "POST", body: new FormData(form) });

  function wait() {
    clearTimeout(timer);
    const quiet = end - Date.now() - warning * 1000;
    if (quiet > 0) {
      dialog.close();
      timer = setTimeout(look, quiet);
      return;
    }
    time.textContent = new Date(end).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    if (!dialog.open) dialog.showModal();
    timer = setTimeout(look, Math.min(Math.max(end - Date.now(), 0) + 500, 10000));
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); stay(); });
  // Whoever presses Escape is there.
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  // Timers stand still while a computer sleeps.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  learn(Number(dialog.dataset.left));
  wait();
}
