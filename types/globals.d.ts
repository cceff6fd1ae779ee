// What the scripts of the page find in it: htmx, and the bridge to Jira around the frame. Not served.

/** A request of htmx from its configuration to its last swap. */
interface HtmxContext {
  sourceElement?: Element;
  /** The event of a person's action, or an empty object for a request of a script. */
  sourceEvent?: Partial<Event>;
  target?: Element | null;
  swap?: string;
  fetch?: typeof fetch;
  request?: {
    method: string;
    action: string;
    headers: Record<string, string>;
    /** The fields, until those of a GET are in its address. */
    body?: FormData | URLSearchParams | null;
    abort: () => void;
  };
  response?: { status: number; headers: Headers };
  /** The body of the response. */
  text?: string;
  /** The elements that are disabled until the request has ended. */
  disabledElements?: Element[];
  /** True if the script that sent the request says itself that no answer came, or if nobody has to know. */
  quiet?: boolean;
  /** True if the request shows again what the address around ours names. */
  returns?: boolean;
  /** The save of a cell that this request carries. */
  flight?: import("../static/js/timesheet/flights.js").Flight;
  /** The worklog that was cut, and that this request moves. */
  cut?: import("../static/js/timesheet/clipboard.js").Cut;
  /** The cell whose list this request opens. */
  listOf?: import("../static/js/timesheet/cells.js").Place;
}

/** One part of an answer, and where it goes. */
interface HtmxTask {
  target: Element | null;
  fragment?: DocumentFragment;
}

type HtmxEvent = CustomEvent<{ ctx: HtmxContext }>;
type HtmxSwapEvent = CustomEvent<{ ctx: HtmxContext; tasks: HtmxTask[] }>;

interface DocumentEventMap {
  "htmx:config:request": HtmxEvent;
  "htmx:before:request": HtmxEvent;
  "htmx:after:request": HtmxEvent;
  "htmx:finally:request": HtmxEvent;
  "htmx:error": HtmxEvent;
  "htmx:before:swap": HtmxSwapEvent;
  "htmx:after:swap": HtmxEvent;
  "day-changed": CustomEvent<{ day: string }>;
  "print-asked": CustomEvent<void>;
  "file-saved": CustomEvent<{ url: string }>;
}

/** Options of a request; those that are missing are taken from the attributes of ``source``. */
interface HtmxAjaxOptions {
  source?: Element;
  event?: Event;
  target?: Element | string;
  swap?: string;
  values?: Record<string, string | undefined>;
  headers?: Record<string, string>;
  flight?: HtmxContext["flight"];
  cut?: HtmxContext["cut"];
  listOf?: HtmxContext["listOf"];
  quiet?: boolean;
  returns?: boolean;
}

/** Jira's script, as far as the pages use it. Older versions lack some of it. */
interface JiraBridge {
  context: { getToken(callback: (token: string) => void): void };
  history?: {
    getState?(part: "hash", callback: (state: string | undefined) => void): void;
    replaceState?(state: string): void;
  };
  navigator?: { go(target: "addonmodule", where: { addonKey?: string; moduleKey?: string }): void };
  sizeToParent?(hideFooter: boolean): void;
  theming?: { initializeTheming?(): void };
}

interface Window {
  htmx: {
    ajax(method: "GET" | "POST", url: string, options: HtmxAjaxOptions): Promise<void>;
    process(element: Element): void;
    trigger(element: Element, event: string): void;
  };
  /** Absent until Jira's script has come, and outside of Jira. */
  AP?: JiraBridge;
}
