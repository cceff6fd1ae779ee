/* Dialogs: a module of the app in a modal layer over the page. */
import { ask, mount, notify, unmount } from "./frames.js";

const SIZES = {
  small: ["400px", "420px"],
  medium: ["600px", "520px"],
  large: ["800px", "640px"],
  "x-large": ["968px", "720px"],
  xlarge: ["968px", "720px"],
  fullscreen: ["100%", "100%"],
  maximum: ["100%", "100%"],
};
let last = 0;

/** Open the dialog that `spec` describes and return its id. */
export async function openDialog(opener, spec) {
  const key = spec.key || spec.url;
  if (!key) throw new Error("AP.dialog.create needs the key of a module");
  const custom = Object.fromEntries(
    Object.entries(spec.customData || {})
      .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
      .map(([name, value]) => [`ac.${name}`, value]),
  );
  const frame = await ask("/_host/frame", {
    ...opener.spec.values,
    ...custom,
    app: opener.spec.app,
    module: key,
  });
  return new Dialog(opener, spec, frame).id;
}

class Dialog {
  constructor(opener, spec, frame) {
    this.id = `dialog-${++last}`;
    this.opener = opener;
    this.customData = spec.customData;
    this.closeOnEscape = spec.closeOnEscape !== false;
    this.keepOnSubmit = false;
    this.buttons = new Map();
    this.layer = document.createElement("dialog");
    this.layer.className = "ap-dialog";
    this.layer.setAttribute("aria-label", spec.header || frame.appName);
    this.setSize(spec);
    if (spec.chrome) this.addHead(spec.header || "");
    const holder = document.createElement("div");
    holder.className = "ap-holder";
    this.layer.append(holder);
    if (spec.chrome) this.addFoot(spec);
    this.layer.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.escape();
    });
    document.body.append(this.layer);
    this.layer.showModal();
    this.entry = mount(
      holder,
      { ...frame, title: spec.header || frame.appName },
      { dialog: this, full: true },
    );
  }

  setSize(spec) {
    const [width, height] = SIZES[spec.size] || [spec.width || "600px", spec.height || "520px"];
    this.layer.style.width = css(width);
    this.layer.style.height = css(height);
  }

  addHead(title) {
    const head = document.createElement("header");
    const heading = document.createElement("h2");
    heading.textContent = title;
    head.append(heading);
    this.layer.append(head);
  }

  addFoot(spec) {
    this.foot = document.createElement("footer");
    this.layer.append(this.foot);
    this.addButton({ identifier: "cancel", text: spec.cancelText || "Close" });
    this.addButton({ identifier: "submit", text: spec.submitText || "Submit", primary: true });
  }

  addButton(spec) {
    const name = spec.identifier || spec.key;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = spec.text;
    button.className = spec.primary ? "button primary" : "button";
    button.addEventListener("click", () => this.press(name));
    this.buttons.set(name, button);
    this.foot?.append(button);
  }

  /** A button sends an event to the page inside; submit and cancel close unless the page asked to decide itself. */
  press(name) {
    notify(this.entry, `dialog.button.${name}`, [{ button: { name } }]);
    notify(this.entry, `dialog.${name}`, []);
    if (name === "cancel" || (name === "submit" && !this.keepOnSubmit)) this.close();
  }

  button(name, verb) {
    const button = this.buttons.get(name);
    if (!button) throw new Error(`The dialog has no button ${name}`);
    if (verb === "enable" || verb === "disable") button.disabled = verb === "disable";
    if (verb === "show" || verb === "hide") button.hidden = verb === "hide";
    if (verb === "toggle") button.disabled = !button.disabled;
    if (verb === "trigger") this.press(name);
    return verb === "isHidden" ? button.hidden : !button.disabled;
  }

  stayOnSubmit() {
    this.keepOnSubmit = true;
  }

  escape() {
    if (this.closeOnEscape) this.close();
  }

  close(data) {
    if (!this.layer.isConnected) return;
    unmount(this.entry);
    this.layer.close();
    this.layer.remove();
    notify(this.opener, "dialog.close", [data === undefined ? null : data, this.id]);
    this.opener.frame.focus();
  }
}

function css(value) {
  return /^\d+(\.\d+)?$/.test(String(value)) ? `${value}px` : String(value);
}
