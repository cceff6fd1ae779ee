/* Inside the frame of a Forge app: what Atlassian's own script of this name defines. The package @forge/bridge calls it. */
(() => {
  const waiting = new Map();
  const listeners = [];
  let last = 0;

  const ask = (command, payload) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      window.parent.postMessage({ forge: "call", id: last, command, payload }, "*");
    });

  function color({ mode, theme }) {
    document.documentElement.dataset.colorMode = mode;
    document.documentElement.dataset.theme = theme;
  }

  const commands = {
    enableTheming: async () => color(await ask("enableTheming")),
    createHistory: async () => {
      const location = await ask("createHistory");
      const change = (action) => (address) => void ask("changeHistory", { action, address });
      return {
        action: "POP",
        location,
        push: change("PUSH"),
        replace: change("REPLACE"),
        listen: (listener) => listeners.push(listener),
      };
    },
  };

  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || !data?.forge) return;
    if (data.forge === "history") for (const listener of listeners) listener(data.location, data.action);
    if (data.forge === "theme") color(data);
    const asked = data.forge === "answer" ? waiting.get(data.id) : undefined;
    if (!asked) return;
    waiting.delete(data.id);
    if (data.ok) asked.resolve(data.value);
    else asked.reject(new Error(data.error));
  });

  // Atlassian serves a second script for this, which reports the height of the content to the page around the frame.
  document.addEventListener("DOMContentLoaded", () => {
    const notify = () =>
      void ask("size", { height: Math.ceil(document.body.getBoundingClientRect().height) });
    new ResizeObserver(notify).observe(document.body);
  });

  globalThis.__bridge = {
    callBridge: (command, payload) => (commands[command] ? commands[command]() : ask(command, payload)),
  };
})();
