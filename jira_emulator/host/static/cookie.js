/* AP.cookie: small texts that the host keeps for an app. */
const DAY_MS = 86400000;

const place = (entry, name) => `ap:${entry.spec.app}:${name}`;

export function save(entry, name, value, days) {
  const until = days ? Date.now() + days * DAY_MS : null;
  localStorage.setItem(place(entry, name), JSON.stringify({ value: String(value), until }));
}

export function read(entry, name) {
  const held = JSON.parse(localStorage.getItem(place(entry, name)) || "null");
  return held && (held.until === null || held.until > Date.now()) ? held.value : null;
}

export function erase(entry, name) {
  localStorage.removeItem(place(entry, name));
}
