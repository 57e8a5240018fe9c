// "Leave this page": at once, and in this page's place in the history. Escape pressed three
// times does the same; once or twice it only does what it always does.
const link = document.querySelector("[data-leave]");
const status = document.querySelector(".leave [role=status]");
// Milliseconds from one press to the next.
const PATIENCE = 2000;
let presses = 0;
let forget;

function leave() {
  // Nothing stays on the screen while the other page is on its way.
  document.body.hidden = true;
  document.title = link.hostname;
  // An open receipt is closed on this device.
  const close = document.querySelector("[name=close]");
  if (close) {
    const data = new FormData(close.form);
    data.set("close", "1");
    navigator.sendBeacon(close.form.action, data);
  }
  location.replace(link.href);
}

function start() {
  presses = 0;
  status.textContent = "";
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

document.addEventListener("keydown", (event) => {
  if (event.repeat) return;
  clearTimeout(forget);
  if (event.key !== "Escape") return start();
  presses += 1;
  if (presses === 3) return leave();
  if (presses === 2) status.textContent = link.dataset.leave;
  forget = setTimeout(start, PATIENCE);
});

document.querySelector(".leave-note [hidden]").hidden = false;
