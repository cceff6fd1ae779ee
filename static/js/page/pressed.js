// An answer that arrives between the press and the release of a button would move what is under the pointer, or replace it,
// and the click would be lost or hit something else. So answers wait for the release. In the panel on an issue, an
// answer also changes the height of the frame, and so moves everything below it in Jira's page.

/** A release outside of all windows may cause no event. */
const LONGEST_MS = 3000;

/** Ends the wait of all answers; null while nothing is pressed.
 * @type {(() => void) | null} */
let release = null;
/** @type {Promise<void>} */
let released = Promise.resolve();

/** Wait until no button is pressed, and go on in a task of its own: before a swap, scripts note what has the focus and what is
 * typed, and restore it afterward, so no other swap may begin in between. Many answers may have waited for one release.
 * @returns {Promise<void>} */
export async function afterRelease() {
  do {
    await released;
    await nextTask();
  } while (release);
}

const { port1: receiver, port2: sender } = new MessageChannel();
/** @type {(() => void)[]} */
const starts = [];

receiver.onmessage = () => starts.shift()?.();

/** A timer would wait for up to a second while the page is in the background.
 * @returns {Promise<void>} */
function nextTask() {
  return new Promise((start) => {
    starts.push(start);
    sender.postMessage(null);
  });
}

function letGo() {
  const end = release;
  release = null;
  end?.();
}

document.addEventListener(
  "pointerdown",
  (event) => {
    letGo();
    if (event.button !== 0) return;
    released = new Promise((resolve) => {
      release = resolve;
    });
    const current = release;
    window.setTimeout(() => {
      if (release === current) letGo();
    }, LONGEST_MS);
  },
  true,
);

// The click comes right after the release, before what is started later. A release over an open menu of the browser
// causes no event.
for (const name of ["pointerup", "pointercancel", "contextmenu"]) {
  document.addEventListener(name, () => window.setTimeout(letGo), true);
}
