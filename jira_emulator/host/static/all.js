/* The page side of the conversation between an app's iframe and its host page. */
(() => {
  if (window.AP) return;

  const script =
    document.currentScript ||
    document.getElementById("connect-loader") ||
    document.querySelector('script[src$="/all.js"], script[src*="/all.js?"]');
  const options = readOptions(script ? script.dataset.options : "");
  const talk = readTalk();
  const waiting = new Map();
  const listeners = new Map();
  const anyListeners = [];
  const popListeners = [];
  // Style sheets of the themes lie beside this script, on its own host and not on the site's.
  const cdn = script?.src ? new URL(".", script.src).href : "";
  let lastCall = 0;

  /** @param {string|undefined} text "name:value;name:value" */
  function readOptions(text) {
    const found = {};
    for (const part of (text || "").split(";")) {
      const at = part.indexOf(":");
      if (at > 0) found[part.slice(0, at).trim()] = part.slice(at + 1).trim();
    }
    return found;
  }

  /** Where the host page lives: from the frame's name, which outlives navigation, else from the first URL. */
  function readTalk() {
    try {
      const named = JSON.parse(window.name);
      if (named?.host && named.channel) return { host: named.host, channel: named.channel, app: named.app };
    } catch {
      /* not opened by a host page that names its frames */
    }
    const query = new URLSearchParams(window.location.search);
    return {
      host: query.get("xdm_e"),
      channel: query.get("xdm_c"),
      app: query.get("xdm_deprecated_addon_key_do_not_use"),
    };
  }

  function send(message) {
    if (window.parent === window || !talk.host || !talk.channel) return false;
    window.parent.postMessage({ connect: 1, channel: talk.channel, ...message }, talk.host);
    return true;
  }

  function call(name, args) {
    return new Promise((resolve, reject) => {
      const id = ++lastCall;
      waiting.set(id, { resolve, reject });
      if (!send({ type: "call", id, name, args: args || [] })) {
        waiting.delete(id);
        reject(new Error("This page is not inside Jira"));
      }
    });
  }

  /** Answer by callback and by promise, as callers of either style expect. */
  function both(promise, callback) {
    if (typeof callback === "function") {
      promise.then(callback, () => undefined);
    }
    return promise;
  }

  function emitLocal(name, args) {
    for (const listener of [...(listeners.get(name) || [])]) listener.apply(null, args);
    for (const listener of [...anyListeners]) listener(name, args);
  }

  const events = {
    on(name, listener) {
      if (!listeners.has(name)) listeners.set(name, []);
      listeners.get(name).push(listener);
    },
    once(name, listener) {
      const wrapped = (...args) => {
        events.off(name, wrapped);
        listener(...args);
      };
      wrapped.inner = listener;
      events.on(name, wrapped);
    },
    off(name, listener) {
      const kept = (listeners.get(name) || []).filter((one) => one !== listener && one.inner !== listener);
      listeners.set(name, kept);
    },
    offAll(name) {
      listeners.delete(name);
    },
    onAny(listener) {
      anyListeners.push(listener);
    },
    offAny(listener) {
      const at = anyListeners.indexOf(listener);
      if (at >= 0) anyListeners.splice(at, 1);
    },
    emit(name, ...args) {
      send({ type: "call", id: 0, name: "events.emit", args: [name, args] });
    },
    emitPublic(name, ...args) {
      send({ type: "call", id: 0, name: "events.emitPublic", args: [name, args] });
    },
    onPublic(name, listener) {
      events.on(`public:${name}`, listener);
    },
    offPublic(name, listener) {
      events.off(`public:${name}`, listener);
    },
  };

  function addSheet(kind, id, path) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.dataset[kind] = id;
    link.href = cdn + path;
    document.head.append(link);
  }

  /** Load what is not loaded yet of the sheets for a theme, then name the theme on the page. */
  function applyTheme({ initialTheme, newTheme, surface }) {
    const page = document.documentElement;
    const { colorMode, ...chosen } = initialTheme || newTheme;
    for (const id of [chosen[colorMode], chosen.spacing, chosen.typography]) {
      if (!document.querySelector(`link[data-theme="${id}"]`)) {
        addSheet("theme", id, `themes/atlaskit-tokens_${id}.css`);
      }
    }
    page.setAttribute(
      "data-theme",
      Object.entries(chosen)
        .map((pair) => pair.join(":"))
        .join(" "),
    );
    page.setAttribute("data-color-mode", colorMode);
    delete page.dataset.surface;
    if (surface) {
      page.dataset.surface = surface;
      if (!document.querySelector("link[data-surface]")) addSheet("surface", surface, "surfaces.css");
    }
  }

  const theming = {
    initializeTheming() {
      events.on("theme_changed", applyTheme);
      return call("theming.initialize").then((theme) => {
        applyTheme(theme);
        emitLocal("theme_initialized", [theme]);
      });
    },
  };

  function flag(spec) {
    const handle = {};
    const opened = call("flag.create", [spec]).then((id) => {
      handle.flagIdentifier = id;
      handle._id = id;
      return id;
    });
    handle.close = () => {
      opened.then((id) => call("flag.close", [id]));
    };
    handle.on = (name, listener) => {
      events.on(`flag.${name}`, (data) => {
        if (data.flagIdentifier === handle.flagIdentifier) listener(data);
      });
    };
    return handle;
  }

  function dialogButton(name) {
    const ask = (verb, ...args) => call("dialog.button", [name, verb, ...args]);
    return {
      name,
      bind(listener) {
        events.on(`dialog.button.${name}`, listener);
      },
      enable: () => ask("enable"),
      disable: () => ask("disable"),
      show: () => ask("show"),
      hide: () => ask("hide"),
      toggle: () => ask("toggle"),
      isEnabled: (callback) => both(ask("isEnabled"), callback),
      isHidden: (callback) => both(ask("isHidden"), callback),
      trigger: () => ask("trigger"),
    };
  }

  const dialog = {
    create(spec) {
      const handle = { customData: spec.customData };
      const opened = call("dialog.create", [spec]);
      handle.on = (name, listener) => {
        opened.then((id) =>
          events.on(`dialog.${name}`, (data, source) => {
            if (source === id) listener(data);
          }),
        );
        return handle;
      };
      opened.catch((error) => console.error(error.message));
      return handle;
    },
    close(data) {
      call("dialog.close", [data]);
    },
    getCustomData: (callback) => both(call("dialog.getCustomData"), callback),
    getButton: dialogButton,
    createButton(spec) {
      call("dialog.createButton", [spec]);
      return dialogButton(spec.identifier || spec.key);
    },
    disableCloseOnSubmit() {
      call("dialog.disableCloseOnSubmit");
    },
    isCloseOnEscape: (callback) => both(call("dialog.isCloseOnEscape"), callback),
  };

  const history = {
    getState(type, callback) {
      const wanted = typeof type === "string" ? type : "hash";
      return both(call("history.getState", [wanted]), typeof type === "function" ? type : callback);
    },
    pushState(state, title, url) {
      call("history.pushState", [state, title, url]);
    },
    replaceState(state, title, url) {
      call("history.replaceState", [state, title, url]);
    },
    go(delta) {
      call("history.go", [delta]);
    },
    back() {
      history.go(-1);
    },
    forward() {
      history.go(1);
    },
    popState(listener) {
      popListeners.push(listener);
    },
  };

  /** Accepts (url, options), (options), and success/error callbacks; resolves with {body, xhr}. */
  function request(first, second) {
    const spec = typeof first === "string" ? { ...second, url: first } : { ...first };
    const { success, error } = spec;
    delete spec.success;
    delete spec.error;
    return call("request", [spec]).then((answer) => {
      const xhr = responseOf(answer);
      if (answer.status >= 200 && answer.status < 300) {
        if (success) success(answer.body, "success", xhr);
        return { body: answer.body, xhr };
      }
      if (error) {
        error(xhr, "error", answer.statusText);
        return undefined;
      }
      return Promise.reject({ err: answer.statusText, xhr });
    });
  }

  function responseOf(answer) {
    return {
      status: answer.status,
      statusText: answer.statusText,
      responseText: answer.body,
      getResponseHeader: (name) => answer.headers[String(name).toLowerCase()] || null,
      getAllResponseHeaders: () =>
        Object.entries(answer.headers)
          .map(([k, v]) => `${k}: ${v}`)
          .join("\r\n"),
    };
  }

  /** What decides how tall the frame is: the first such element, else the body, which cannot shrink. */
  function container() {
    return document.querySelector(".ac-content, #content") || document.body;
  }

  function contentSize() {
    const box = container();
    const page = document.documentElement;
    const whole = Math.max(
      box.scrollHeight,
      page.scrollHeight,
      box.offsetHeight,
      page.offsetHeight,
      page.clientHeight,
    );
    let height = whole;
    if (box !== document.body) {
      const { marginTop, marginBottom } = getComputedStyle(box);
      const own = box.getBoundingClientRect().height;
      height = own ? own + parseFloat(marginTop) + parseFloat(marginBottom) : whole;
    }
    if (box.scrollWidth > box.clientWidth) {
      const bar = window.innerHeight - Math.min(box.clientHeight, page.clientHeight);
      height += Math.min(50, Math.max(0, bar));
    }
    return ["100%", height];
  }

  function resize(width, height) {
    const [wide, tall] = contentSize();
    call("resize", [width || wide, height || tall]);
  }

  /**
   * Follow the size of the container from here on. What watches is an element inside it, as in the original: it goes
   * when the app replaces what the container holds, and in a body it sees the window only.
   */
  function watchSize() {
    const box = container();
    const sensor = document.createElement("div");
    sensor.className = "ac-resize-sensor";
    sensor.style.cssText = "position: absolute; inset: 0; overflow: scroll; z-index: -1; visibility: hidden";
    if (box === document.body) {
      for (const name of ["paddingTop", "paddingBottom", "marginTop", "marginBottom"])
        box.style[name] = "0px";
    } else if (getComputedStyle(box).position === "static") {
      box.style.position = "relative";
    }
    box.append(sensor);
    let last = [box.offsetWidth, box.offsetHeight];
    const heights = [];
    new ResizeObserver(() => {
      const now = [box.offsetWidth, box.offsetHeight];
      if (!sensor.isConnected || (now[0] === last[0] && now[1] === last[1])) return;
      last = now;
      report(heights);
    }).observe(sensor);
  }

  /** A height that changes five times within 400 ms flickers: the greatest of them stays. */
  function report(heights) {
    const [wide, tall] = contentSize();
    const at = Date.now();
    const recent = heights.filter((one) => at - one.at < 400);
    recent.push({ tall: Math.trunc(tall), at });
    heights.splice(0, heights.length, ...recent);
    const most = Math.max(...recent.map((one) => one.tall));
    resize(wide, recent.length >= 5 ? `${most}px` : tall);
  }

  function followSize() {
    if (options.sizeToParent === "true" || options.resize === "false") return;
    requestAnimationFrame(() => resize());
    watchSize();
  }

  function spaceOut() {
    if (options.margin !== "false" && document.body) document.body.style.margin = "10px 10px 0 10px";
  }

  window.addEventListener("message", (message) => {
    const data = message.data;
    if (message.source !== window.parent || message.origin !== talk.host) return;
    if (data?.connect !== 1 || data.channel !== talk.channel) return;
    if (data.type === "event") {
      emitLocal(data.name, data.args);
      return;
    }
    if (data.type === "popstate") {
      for (const listener of popListeners) listener(data.state);
      return;
    }
    if (data.type !== "answer" || !waiting.has(data.id)) return;
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.ok) resolve(data.value);
    else reject(new Error(data.error));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") send({ type: "call", id: 0, name: "dialog.escape", args: [] });
  });

  window.AP = {
    _data: { options: { hostOrigin: talk.host }, addon_key: talk.app },
    context: {
      getToken: (callback) => both(call("context.getToken"), callback),
      getContext: (callback) => both(call("context.getContext"), callback),
    },
    resize,
    sizeToParent(hideFooter) {
      call("sizeToParent", [Boolean(hideFooter)]);
    },
    hideFooter() {},
    getLocation: (callback) => both(call("getLocation"), callback),
    flag: { create: flag },
    dialog,
    history,
    events,
    request,
    theming,
    user: {
      getCurrentUser: (callback) => both(call("user.getCurrentUser"), callback),
      getTimeZone: (callback) => both(call("user.getTimeZone"), callback),
      getLocale: (callback) => both(call("user.getLocale"), callback),
    },
    navigator: {
      go: (target, context) => call("navigator.go", [target, context]),
      getLocation: (callback) => both(call("navigator.getLocation"), callback),
      reload: () => call("navigator.reload"),
      setLocation: () => call("navigator.reload"),
    },
    cookie: {
      save: (name, value, expires) => call("cookie.save", [name, value, expires]),
      read: (name, callback) => both(call("cookie.read", [name]), callback),
      erase: (name) => call("cookie.erase", [name]),
    },
    jira: {
      refreshIssuePage: () => call("jira.refreshIssuePage"),
      isDashboardEditable: (callback) => both(Promise.resolve(false), callback),
    },
  };

  function start() {
    spaceOut();
    call("init", [{ title: document.title }]).catch(() => undefined);
    if (options.sizeToParent === "true") call("sizeToParent", [options.hideFooter === "true"]);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  if (document.readyState === "complete") followSize();
  else window.addEventListener("load", followSize);
})();
