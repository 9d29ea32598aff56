// Copies what stands beside a button, and says how the server is.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.addEventListener("click", async () => {
    let done = "Copied";
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      // Without leave to write to the clipboard, the text is selected instead.
      getSelection().selectAllChildren(source);
      done = "Selected";
    }
    button.textContent = done;
    button.dataset.done = "";
    setTimeout(() => {
      button.textContent = "Copy";
      delete button.dataset.done;
    }, 2000);
  });
}

const health = document.getElementById("health");

const look = async () => {
  const began = performance.now();
  let state = "down";
  let text = "The server does not answer";
  try {
    const ready = await fetch("/readyz", { cache: "no-store" });
    const ms = Math.round(performance.now() - began);
    if ((await ready.json()).status === "ready") {
      state = "up";
      text = `Up, answers in ${ms} ms`;
    } else {
      state = "alone";
      text = "Up, but not everything behind it is";
    }
  } catch {
    // It stays at what it was set to.
  }
  health.dataset.state = state;
  health.textContent = text;
};

look();
setInterval(() => document.hidden || look(), 15000);
