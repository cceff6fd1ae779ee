/* Jira's page around the frame of a Forge app: answers the calls of its bridge. */
const frame = document.querySelector("iframe[data-forge]");
const { context, base, extensionId, origin } = JSON.parse(frame.dataset.forge);

const place = () => ({
  pathname: location.pathname.slice(base.length) || "/",
  search: location.search,
  hash: location.hash,
  state: null,
});

const post = (message) => frame.contentWindow.postMessage(message, origin);

async function invoke(call) {
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

const commands = {
  invoke,
  getContext: async () => context,
  enableTheming: async () => ({
    mode: document.documentElement.dataset.colorMode,
    theme: "light:light dark:dark",
  }),
  createHistory: async () => place(),
  changeHistory: async ({ action, address }) => {
    const method = action === "PUSH" ? "pushState" : "replaceState";
    history[method](null, "", base + address);
    post({ forge: "history", action, location: place() });
  },
  navigate: async ({ url, type }) => {
    if (type === "new-tab") window.open(url, "_blank", "noopener");
    else location.assign(url);
  },
};

window.addEventListener("message", async ({ source, data, origin: from }) => {
  if (source !== frame.contentWindow || from !== origin || data?.forge !== "call") return;
  try {
    if (!Object.hasOwn(commands, data.command)) throw new Error(`${data.command} is not known here`);
    post({ forge: "answer", id: data.id, ok: true, value: await commands[data.command](data.payload) });
  } catch (error) {
    post({ forge: "answer", id: data.id, ok: false, error: error.message });
  }
});

window.addEventListener("popstate", () => post({ forge: "history", action: "POP", location: place() }));
// The frame asks as soon as it runs, so it is loaded once somebody listens.
frame.src = frame.dataset.src;
