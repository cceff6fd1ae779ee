/* The host side: frames, and everything an app may ask of the page around it. */
import { openDialog } from './dialog.js';
import { closeFlag, showFlag } from './flag.js';

const frames = new Map();
const dark = window.matchMedia('(prefers-color-scheme: dark)');

export async function ask(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`Jira refused (${answer.status})`);
  return answer.json();
}

/** Put an app's iframe into a holder; `spec` comes from the server. */
export function mount(holder, spec, extra = {}) {
  const frame = document.createElement('iframe');
  frame.className = 'ap-frame';
  frame.title = spec.title || spec.appName;
  frame.name = JSON.stringify({ host: window.location.origin, channel: spec.channel, app: spec.app, key: spec.module });
  frame.setAttribute('sandbox', 'allow-downloads allow-forms allow-modals allow-popups '
    + 'allow-popups-to-escape-sandbox allow-same-origin allow-scripts allow-top-navigation-by-user-activation');
  frame.referrerPolicy = 'no-referrer';
  const entry = { frame, spec, holder, ...extra };
  holder.dataset.state = 'loading';
  frame.addEventListener('load', () => settle(entry));
  entry.patience = setTimeout(() => { if (holder.dataset.state === 'loading') holder.dataset.state = 'silent'; }, 20000);
  frame.src = spec.url;
  holder.append(frame);
  frames.set(frame, entry);
  return entry;
}

export function unmount(entry) {
  clearTimeout(entry.patience);
  frames.delete(entry.frame);
  entry.frame.remove();
}

function settle(entry) {
  clearTimeout(entry.patience);
  entry.holder.dataset.state = 'ready';
}

export function tell(entry, name, args) {
  post(entry, { type: 'event', name, args });
}

function post(entry, message) {
  entry.frame.contentWindow?.postMessage({ connect: 1, channel: entry.spec.channel, ...message }, entry.spec.origin);
}

function entryOf(source) {
  for (const entry of frames.values()) if (entry.frame.contentWindow === source) return entry;
  return null;
}

window.addEventListener('message', async (message) => {
  const entry = entryOf(message.source);
  const data = message.data;
  if (!entry || message.origin !== entry.spec.origin) return;
  if (!data || data.connect !== 1 || data.type !== 'call' || data.channel !== entry.spec.channel) return;
  const act = Object.hasOwn(actions, data.name) ? actions[data.name] : null;
  try {
    if (!act) throw new Error(`AP.${data.name} is not known here`);
    const value = await act(entry, ...(Array.isArray(data.args) ? data.args : []));
    post(entry, { type: 'answer', id: data.id, ok: true, value: value === undefined ? null : value });
  } catch (error) {
    post(entry, { type: 'answer', id: data.id, ok: false, error: String(error.message || error) });
  }
});

export function themeNow() {
  const chosen = document.documentElement.dataset.chosenTheme;
  const mode = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
  return { mode, themes: 'light:light dark:dark' };
}

function css(value) {
  return typeof value === 'number' || /^\d+(\.\d+)?$/.test(value) ? `${value}px` : String(value);
}

function resize(entry, width, height, how) {
  if (entry.full) return;
  entry.frame.style.width = css(width);
  const floor = how === 'auto' && entry.fills ? entry.holder.clientHeight : 0;
  entry.frame.style.height = css(typeof height === 'number' ? Math.max(height, floor) : height);
}

function sizeToParent(entry, hideFooter) {
  entry.full = true;
  entry.frame.style.width = '100%';
  entry.frame.style.height = '100%';
  entry.holder.classList.add('ap-full');
  document.body.classList.toggle('no-footer', hideFooter);
}

function fragment() {
  return window.location.hash.startsWith('#!') ? decodeURIComponent(window.location.hash.slice(2)) : '';
}

function stateOf(key) {
  return { key, hash: key, title: document.title, href: window.location.href, query: queryOf(),
    state: window.history.state?.app ?? null };
}

function queryOf() {
  return Object.fromEntries([...new URLSearchParams(window.location.search)]
    .filter(([name]) => name.startsWith('ac.')).map(([name, value]) => [name.slice(3), value]));
}

function writeHistory(verb, state, title) {
  const key = typeof state === 'string' ? state : state?.hash ?? state?.key ?? '';
  if (typeof title === 'string' && title) document.title = title;
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(state?.query || {})) url.searchParams.set(`ac.${name}`, value);
  url.hash = key ? `!${encodeURIComponent(key)}` : '';
  window.history[verb]({ app: state?.state ?? null }, '', url);
}

window.addEventListener('popstate', () => {
  for (const entry of frames.values()) post(entry, { type: 'popstate', state: stateOf(fragment()) });
});

function moduleUrl(app, module, context = {}, customData = {}) {
  const query = new URLSearchParams();
  if (context.project?.key || context.projectKey) query.set('project.key', context.project?.key || context.projectKey);
  if (context.issue?.key || context.issueKey) query.set('issue.key', context.issue?.key || context.issueKey);
  for (const [name, value] of Object.entries(customData || {})) query.set(`ac.${name}`, String(value));
  const tail = query.toString();
  return `/plugins/servlet/ac/${encodeURIComponent(app)}/${encodeURIComponent(module)}${tail ? `?${tail}` : ''}`;
}

function destination(entry, target, context = {}) {
  switch (target) {
    case 'site': return context.absoluteUrl || context.relativeUrl;
    case 'issue': return `/browse/${encodeURIComponent(context.issueKey)}`;
    case 'projectSummary': return `/jira/projects/${encodeURIComponent(context.projectKey)}`;
    case 'projectAdminSummary': return `/jira/projects/${encodeURIComponent(context.projectKey)}`;
    case 'dashboard': return '/jira/projects';
    case 'userProfile': return '/jira/projects';
    case 'addonmodule': case 'addonModule':
      return moduleUrl(context.addonKey || entry.spec.app, context.moduleKey, context.context, context.customData);
    default: return null;
  }
}

function go(entry, target, context) {
  const where = destination(entry, target, context);
  if (!where) throw new Error(`AP.navigator.go: ${target} is not a place`);
  const url = new URL(where, window.location.origin);
  if (!['http:', 'https:'].includes(url.protocol)) throw new Error('Only http and https');
  window.location.assign(url);
}

async function request(entry, spec) {
  const url = new URL(spec.url.startsWith('/') ? spec.url : `/${spec.url}`, window.location.origin);
  if (url.origin !== window.location.origin || !url.pathname.startsWith('/rest/')) {
    throw new Error('AP.request reaches only the REST API of this site');
  }
  const method = (spec.type || spec.method || 'GET').toUpperCase();
  const headers = { ...spec.headers, 'X-Emulated-App': entry.spec.app };
  const type = spec.contentType || (spec.data !== undefined && method !== 'GET' ? 'application/json' : '');
  if (type && method !== 'GET') headers['Content-Type'] = type;
  if (spec.data && method === 'GET') for (const [name, value] of Object.entries(spec.data)) url.searchParams.append(name, value);
  const body = spec.data === undefined || method === 'GET' ? undefined
    : typeof spec.data === 'string' ? spec.data : JSON.stringify(spec.data);
  const answer = await fetch(url, { method, headers, body, cache: spec.cache ? 'default' : 'no-store' });
  return { status: answer.status, statusText: answer.statusText, body: await answer.text(),
    headers: Object.fromEntries(answer.headers) };
}

function spread(entry, name, args, everyone) {
  for (const other of frames.values()) {
    if (!everyone && other.spec.app !== entry.spec.app) continue;
    tell(other, everyone ? `public:${name}` : name, args);
  }
}

const cookieName = (entry, name) => `ap:${entry.spec.app}:${name}`;

const actions = {
  init: (entry) => settle(entry),
  'context.getToken': async (entry) => (await ask('/_host/context-token',
    { ...entry.spec.values, app: entry.spec.app, module: entry.spec.module })).token,
  'context.getContext': (entry) => entry.spec.context,
  resize,
  sizeToParent,
  hideFooter: () => document.body.classList.add('no-footer'),
  getLocation: () => window.location.href,
  'flag.create': (entry, spec) => showFlag(spec, (name, data) => tell(entry, name, [data])),
  'flag.close': (_, id) => closeFlag(id),
  'dialog.create': (entry, spec) => openDialog(entry, spec),
  'dialog.close': (entry, data) => dialogOf(entry).close(data),
  'dialog.escape': (entry) => entry.dialog?.escape(),
  'dialog.getCustomData': (entry) => entry.dialog?.customData,
  'dialog.button': (entry, ...args) => dialogOf(entry).button(...args),
  'dialog.createButton': (entry, spec) => dialogOf(entry).addButton(spec),
  'dialog.disableCloseOnSubmit': (entry) => { dialogOf(entry).keepOnSubmit = true; },
  'dialog.isCloseOnEscape': (entry) => dialogOf(entry).closeOnEscape,
  'history.getState': (_, type) => (type === 'all' ? stateOf(fragment()) : fragment()),
  'history.pushState': (_, state, title) => writeHistory('pushState', state, title),
  'history.replaceState': (_, state, title) => writeHistory('replaceState', state, title),
  'history.go': (_, delta) => window.history.go(delta),
  'events.emit': (entry, name, args) => spread(entry, name, args, false),
  'events.emitPublic': (entry, name, args) => spread(entry, name, args, true),
  'user.getCurrentUser': (entry) => ({ atlassianAccountId: entry.spec.user.accountId }),
  'user.getTimeZone': (entry) => entry.spec.user.timeZone,
  'user.getLocale': (entry) => entry.spec.user.locale,
  'theming.get': () => themeNow(),
  'navigator.go': go,
  'navigator.getLocation': (entry) => ({ target: 'addonmodule', context: { addonKey: entry.spec.app,
    moduleKey: entry.spec.module, context: entry.spec.context } }),
  'navigator.reload': () => window.location.reload(),
  'cookie.save': (entry, name, value, days) => localStorage.setItem(cookieName(entry, name),
    JSON.stringify({ value: String(value), until: days ? Date.now() + days * 86400000 : null })),
  'cookie.read': (entry, name) => readCookie(cookieName(entry, name)),
  'cookie.erase': (entry, name) => localStorage.removeItem(cookieName(entry, name)),
  request,
  'jira.refreshIssuePage': () => window.location.reload(),
};

function readCookie(name) {
  const held = JSON.parse(localStorage.getItem(name) || 'null');
  return held && (held.until === null || held.until > Date.now()) ? held.value : null;
}

function dialogOf(entry) {
  if (!entry.dialog) throw new Error('This page is not in a dialog');
  return entry.dialog;
}

function themeChanged() {
  document.documentElement.dataset.colorMode = themeNow().mode;
  for (const entry of frames.values()) tell(entry, 'theme_changed', [themeNow()]);
}

dark.addEventListener('change', themeChanged);
document.documentElement.dataset.colorMode = themeNow().mode;
for (const holder of document.querySelectorAll('[data-frame]')) {
  mount(holder, JSON.parse(holder.dataset.frame), { fills: holder.classList.contains('ap-page') });
}
for (const form of document.querySelectorAll('form[data-theme-form]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = event.submitter.value;
    document.documentElement.dataset.chosenTheme = chosen;
    for (const button of form.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.value === chosen));
    fetch(form.action, { method: 'POST', body: new URLSearchParams({ theme: chosen, next: '/' }), redirect: 'manual' });
    themeChanged();
  });
}
for (const select of document.querySelectorAll('select[data-submit]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.removeAttribute('open');
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.removeAttribute('open');
    menu.querySelector('summary').focus();
  }
});
