/* Jira's page around the frames of Forge apps: answers the calls of their bridge. */
const page = document.documentElement;

/** The address relative to the app's pages, as its history sees it. */
const placeBelow = (base) => ({
  pathname: location.pathname.slice(base.length) || "/",
  search: location.search,
  hash: location.hash,
  state: null,
});

/** An app may rely on the mode only: which themes there are is Jira's own matter. */
const themeNow = () => ({
  mode: page.dataset.colorMode,
  theme: "light:light-increased-contrast dark:dark-increased-contrast spacing:spacing",
});

async function invoke({ context, extensionId }, call) {
  const { moduleKey, extension } = context;
  const input = { extensionId, entryPoint: "resolver", payload: { call, context: { moduleKey, extension } } };
  const answer = await fetch("/gateway/api/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ operationName: "forge_ui_invokeExtension", variables: { input } }),
  });
  const { data, errors } = await answer.json();
  if (!data) throw new Error(errors[0].message);
  return data.invokeExtension.response.body;
}

function changeHistory({ post, known: { base } }, { action, address }) {
  history[action === "PUSH" ? "pushState" : "replaceState"](null, "", base + address);
  post({ forge: "history", action, location: placeBelow(base) });
}

/** What a frame may ask for. A frame without a path of its own has no history, and is as tall as its content. */
const commands = {
  invoke: ({ known }, call) => invoke(known, call),
  getContext: ({ known }) => known.context,
  enableTheming: (entry) => {
    entry.themed = true;
    return themeNow();
  },
  createHistory: ({ known: { base } }) => {
    if (!base) throw new Error("a panel has no history");
    return placeBelow(base);
  },
  changeHistory,
  navigate: (_, { url, type }) => {
    if (type === "new-tab") window.open(url, "_blank", "noopener");
    else location.assign(url);
  },
  changeWindowTitle: (_, title) => {
    document.title = `${title} - Jira (emulated)`;
  },
  size: ({ frame, known: { base } }, { height }) => {
    if (!base) frame.style.height = `${height}px`;
  },
};

const entries = [...document.querySelectorAll("iframe[data-forge]")].map((frame) => {
  const known = JSON.parse(frame.dataset.forge);
  return { frame, known, post: (message) => frame.contentWindow.postMessage(message, known.origin) };
});

window.addEventListener("message", async ({ source, data, origin }) => {
  const entry = entries.find((one) => one.frame.contentWindow === source && one.known.origin === origin);
  if (!entry || data?.forge !== "call") return;
  try {
    if (!Object.hasOwn(commands, data.command)) throw new Error(`${data.command} is not known here`);
    const value = await commands[data.command](entry, data.payload);
    entry.post({ forge: "answer", id: data.id, ok: true, value });
  } catch (error) {
    entry.post({ forge: "answer", id: data.id, ok: false, error: error.message });
  }
});

function moved(action) {
  for (const { known, post } of entries.filter((one) => one.known.base))
    post({ forge: "history", action, location: placeBelow(known.base) });
}

window.addEventListener("popstate", () => moved("POP"));

/* Links to the parts of the app that is shown change only the address. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-forge-page]");
  const apart = event.ctrlKey || event.metaKey || event.shiftKey;
  if (
    !link ||
    apart ||
    !entries.some(({ known }) => known.base && link.pathname.startsWith(`${known.base}/`))
  )
    return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  for (const other of document.querySelectorAll("a[data-forge-page]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "page");
  moved("PUSH");
});

new MutationObserver(() => {
  for (const { post } of entries.filter((one) => one.themed)) post({ forge: "theme", ...themeNow() });
}).observe(page, { attributeFilter: ["data-color-mode"] });

// A frame asks as soon as it runs, so it is loaded once somebody listens.
for (const { frame } of entries) frame.src = frame.dataset.src;
