// @ts-check
/**
 * The line to the market: JSON whose whole numbers may be of any size, and a connection that comes back by itself.
 * The twin of p2p/protocol/client_connection.py, p2p/protocol/retries.py and bots/client.py. No DOM, no storage here.
 *
 *     const line = new Line("ws://…", {
 *       frame(frame) {},        // every frame of the server, new facts only: a welcome, feed, error, reveal, door …
 *       opened(welcome) {},     // let in, after the welcome's `frame`; `welcome.payload.resume` is the token to keep
 *       lost(why, retryMs) {},  // the connection is gone, and tried again by itself
 *       refused({code, why}) {},// over until `join` is called again; `code` as in docs/protocol.md, see below
 *       taken(why) {},          // another device has the seat: over until `join` is called again
 *     });
 *     line.join({code, name, label, device})  or  ({token})  or  ({watch: 0})  or  ({code, device, ask: true})
 *     line.say({directive: "bid", payload: {price: 90}})   → {token} or {code, why}; the token is the order's number
 *     line.wake()               // the page is seen again, or the network is back: try now
 *     line.leave()              // close it
 *
 * Codes of `refused` that are not the server's: `over` (the session is over), `reload` (the server says what this page
 * cannot read: it is another version), `another_session` (the address has another session now), `asked` (a door was
 * asked for, and has been told).
 */

const FRAME_MAX = 16384;
const PENDING_MAX = 64;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 3000;
const DOUBLINGS_MAX = 9;
/** How long a connection may take to open. */
const OPEN_MS = 5000;
/** A message that has no answer for so long, and a line that says nothing: it is tried anew. The server asks for a sign
 * of life every 10 s; a page is told nothing of that. */
const ANSWER_MS = 6000;
/** A page that was asleep, and has heard nothing for so long, does not trust its line. */
const QUIET_MS = 10000;
/** The pause before messages that the server let drop are said again. */
const AGAIN_MS = 250;
const DROPPED = new Set(["busy", "too_fast", "token_gap"]);
/** Close codes after which there is nothing to come back for (docs/protocol.md). */
const FINAL = new Map([
  ...[[1009, "too_long"], [4000, "over"], [4001, "taken"], [4002, "wrong_code"], [4003, "broken"]],
  ...[[4004, "not_let_in"], [4009, "flood"], [4010, "removed"]],
]);
/** Frames that this page can read. One that it cannot is of a newer server. */
const FRAMES = new Set(["welcome", "feed", "error", "door", "reveal"]);

// --- JSON --------------------------------------------------------------------------------------------------------

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))\s*/y;

/** Read JSON; a whole number beyond 2^53 is a bigint. @type {(text: string) => any} */
export function parse(text) {
  return /\d{16}/.test(text) ? read(text) : JSON.parse(text);
}

/** The same, token by token: texts with many digits are few, and small. @type {(text: string) => any} */
function read(text) {
  let at = 0;
  const next = () => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) throw new SyntaxError(`no JSON at ${at}`);
    at = TOKEN.lastIndex;
    return found;
  };
  /** @type {(end: string, item: (first: RegExpExecArray) => void) => void} */
  const list = (end, item) => {
    let token = next();
    if (token[1] === end) return;
    for (;;) {
      item(token);
      token = next();
      if (token[1] === end) return;
      if (token[1] !== ",") throw new SyntaxError(`no JSON at ${at}`);
      token = next();
    }
  };
  /** @type {(token: RegExpExecArray) => any} */
  const value = ([, sign, string, number, word]) => {
    if (number !== undefined) return whole(number);
    if (sign === undefined) return JSON.parse(string ?? word);
    if (sign === "[") {
      const items = /** @type {any[]} */ ([]);
      list("]", (token) => items.push(value(token)));
      return items;
    }
    if (sign !== "{") throw new SyntaxError(`no JSON at ${at}`);
    const entries = /** @type {[string, any][]} */ ([]);
    list("}", (token) => {
      const key = JSON.parse(token[2]);
      if (next()[1] !== ":") throw new SyntaxError(`no JSON at ${at}`);
      entries.push([key, value(next())]);
    });
    return Object.fromEntries(entries);
  };
  const found = value(next());
  if (at !== text.length) throw new SyntaxError(`more than JSON at ${at}`);
  return found;
}

/** @type {(digits: string) => number | bigint} */
function whole(digits) {
  const number = JSON.parse(digits);
  return Number.isSafeInteger(number) || /[.eE]/.test(digits) ? number : BigInt(digits);
}

/** Write JSON; a bigint is its digits, and a float beyond 2^53 is told from them by its point. @type {(thing: any) => string} */
export function stringify(thing) {
  if (typeof thing === "bigint") return String(thing);
  if (typeof thing === "number" && Number.isInteger(thing) && !Number.isSafeInteger(thing)) {
    return /e/.test(String(thing)) ? String(thing) : `${thing}.0`;
  }
  if (Array.isArray(thing)) return `[${thing.map((one) => stringify(one ?? null)).join()}]`;
  if (typeof thing !== "object" || thing === null) return JSON.stringify(thing);
  const said = Object.entries(thing).filter(([, value]) => value !== undefined);
  return `{${said.map(([key, value]) => `${JSON.stringify(key)}:${stringify(value)}`).join()}}`;
}

// --- the connection ----------------------------------------------------------------------------------------------

/** @typedef {{directive: string, payload: any}} Frame */
/** @typedef {{code: string, why: string}} Fault */
/**
 * @typedef {{code?: string, name?: string, label?: string, device?: string, token?: string, watch?: number,
 *   ask?: boolean}} Who
 * @typedef {{frame(frame: Frame): void, opened?(welcome: Frame): void, lost?(why: string, retryMs: number): void,
 *   refused?(fault: Fault): void, taken?(why: string): void}} Handlers
 * @typedef {{send(data: string): void, close(code?: number): void, onopen: any, onmessage: any, onclose: any}} Socket
 * @typedef {{socket(url: string): Socket, after(ms: number, run: () => void): any, stop(timer: any): void,
 *   random(): number, now(): number}} World sockets, timers, chance and time, as a browser has them
 */

/** @type {World} */
const BROWSER = {
  socket: (url) => /** @type {any} */ (new WebSocket(url)),
  after: (ms, run) => setTimeout(run, ms),
  stop: (timer) => clearTimeout(timer),
  random: () => Math.random(),
  now: () => performance.now(),
};

/** A client's end of the line, and the state that outlives its connections. */
export class Line {
  /** @param {string} url @param {Handlers} handlers @param {Partial<World>} [world] */
  constructor(url, handlers, world = {}) {
    this.url = url;
    this.handlers = handlers;
    this.world = { ...BROWSER, ...world };
    /** @type {Who | null} who asks to be let in; null before that, and when it is over */
    this.who = null;
    this.session = "";
    this.resume = "";
    this.number = 0;
    this.token = 0;
    this.tries = 0;
    /** @type {Map<number, string>} */
    this.pending = new Map();
    /** @type {Socket | null} */
    this.socket = null;
    this.welcomed = false;
    this.fault = /** @type {Fault | null} */ (null);
    this.heard = 0;
    /** @type {Record<string, any>} */
    this.timers = {};
  }

  /** Ask to be let in; facts are told from the first on where it is another session. @param {Who} who */
  join(who) {
    this.drop();
    this.who = who;
    if (who.token) this.resume = who.token;
    this.tries = 0;
    this.connect();
  }

  /** The connection may be gone without a word, or wait for its next try: it is tried at once. */
  wake() {
    if (!this.who || (this.socket && this.world.now() - this.heard < QUIET_MS)) return;
    this.connect();
  }

  /** Close the line. */
  leave() {
    this.who = null;
    this.drop();
  }

  /** Say a message: a trader's. @param {{directive: string, payload?: any, meta?: Record<string, number>}} message */
  say({ directive, payload = {}, meta }) {
    if (!this.session) return { code: "not_welcome", why: "the server has not let us in yet" };
    if (this.pending.size >= PENDING_MAX) {
      return { code: "too_many_pending", why: `${PENDING_MAX} messages wait for an answer` };
    }
    const token = this.token + 1;
    const data = stringify({ directive, payload, token, seen: this.number, meta });
    if (new TextEncoder().encode(data).length > FRAME_MAX) {
      return { code: "too_long", why: `a frame has ${FRAME_MAX} bytes at the most` };
    }
    this.token = token;
    this.pending.set(token, data);
    this.post(data);
    return { token };
  }

  // --- one connection --------------------------------------------------------------------------------------------

  connect() {
    this.drop();
    const socket = (this.socket = this.world.socket(this.url));
    this.heard = this.world.now();
    this.fault = null;
    this.timer("open", OPEN_MS, () => this.gone(0, "no answer came in time"));
    socket.onopen = () => this.post(this.login(), true);
    socket.onmessage = (/** @type {{data: any}} */ { data }) => this.received(data);
    socket.onclose = (/** @type {{code?: number, reason?: string}} */ { code = 0, reason = "" }) => this.gone(code, reason);
  }

  /** Forget the connection and all that waits; nothing of it is heard any more. */
  drop() {
    for (const name of Object.keys(this.timers)) this.timer(name);
    const { socket } = this;
    this.socket = null;
    this.welcomed = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = () => {};
    socket.close();
  }

  /** One timer of a name; without `run` it is stopped. */
  timer(/** @type {string} */ name, ms = 0, /** @type {(() => void) | null} */ run = null) {
    if (name in this.timers) this.world.stop(this.timers[name]);
    delete this.timers[name];
    if (!run) return;
    this.timers[name] = this.world.after(ms, () => {
      delete this.timers[name];
      run();
    });
  }

  login() {
    const { code, name, label, device, watch, ask } = this.who ?? {};
    /** @type {any} */
    const said = { have: this.number };
    if (watch !== undefined) Object.assign(said, { spectator: true, market: watch });
    else if (ask) Object.assign(said, { code, device, ask });
    else if (this.resume) Object.assign(said, { resume: this.resume, controller: "human", name });
    else Object.assign(said, { code, controller: "human", name, device, label });
    return stringify({ directive: "login", payload: said });
  }

  /** @param {string} data @param {boolean} [first] */
  post(data, first = false) {
    if (!this.socket || !(first || this.welcomed)) return;
    this.socket.send(data);
    if (!first && !this.timers.answer) this.timer("answer", ANSWER_MS, () => this.unanswered(this.heard));
  }

  /** A message has waited long: where nothing was heard either, the line is dead. @param {number} heard */
  unanswered(heard) {
    if (!this.pending.size) return;
    if (this.heard === heard) this.gone(0, "the server does not answer");
    else this.timer("answer", ANSWER_MS, () => this.unanswered(this.heard));
  }

  sayAgain() {
    for (const token of [...this.pending.keys()].sort((one, other) => one - other)) {
      this.post(/** @type {string} */ (this.pending.get(token)));
    }
  }

  /** @param {string} data */
  received(data) {
    this.heard = this.world.now();
    this.timer("open");
    let frame;
    try {
      frame = /** @type {Frame} */ (parse(data));
    } catch {
      return this.over({ code: "reload", why: "the server's frame cannot be read" });
    }
    if (!FRAMES.has(frame.directive)) {
      return this.over({ code: "reload", why: `the server says '${frame.directive}', which this page does not know` });
    }
    if (frame.directive === "welcome") return this.welcome(frame);
    if (frame.directive === "error") this.faulty(frame);
    if (frame.directive === "feed" && !this.fed(frame)) return;
    this.handlers.frame(frame);
    if (frame.directive === "door") this.over({ code: "asked", why: "" });
  }

  /** @param {Frame} frame */
  welcome(frame) {
    const { session, resume, token, stood_in, seat } = frame.payload;
    if (this.session && this.session !== session) {
      return this.over({ code: "another_session", why: "the server runs another session now" });
    }
    if (seat === null && this.who?.watch === undefined) {
      return this.over({ code: "no_seat", why: "this is the experimenter's code; a trader needs a seat's" });
    }
    this.session = session;
    this.resume = resume;
    if (stood_in) {
      this.pending.clear();
      this.token = 0;
    }
    this.token = Math.max(this.token, token);
    this.tries = 0;
    this.welcomed = true;
    this.handlers.frame(frame);
    this.handlers.opened?.(frame);
    this.sayAgain();
  }

  /** @param {Frame} frame */
  faulty({ payload }) {
    this.fault = { code: payload.code, why: payload.why };
    if (DROPPED.has(payload.code) && !this.timers.again) this.timer("again", AGAIN_MS, () => this.sayAgain());
  }

  /** Leave the new facts in a feed's frame, and count them; false where one is missing. @param {Frame} frame */
  fed({ payload }) {
    const facts = payload.facts ?? [];
    if (facts.length && payload.first > this.number + 1) {
      this.over({ code: "reload", why: `fact ${this.number + 1} is missing, ${payload.first} came` });
      return false;
    }
    payload.facts = facts.slice(Math.max(0, this.number + 1 - payload.first));
    payload.first = this.number + 1;
    this.number += payload.facts.length;
    this.tries = 0;
    for (const { directive, payload: said } of payload.facts) {
      if (directive === "accepted" || directive === "refused") this.pending.delete(said.token);
    }
    if (!this.pending.size) this.timer("answer");
    return true;
  }

  // --- its end ---------------------------------------------------------------------------------------------------

  /** The connection is gone: for good where the server's code says so, else it is tried again. */
  gone(/** @type {number} */ code, /** @type {string} */ why) {
    const final = FINAL.get(code);
    if (code === 4002 && this.resume && this.who?.code) {
      this.resume = ""; // the token was refused: once more, with the code
    } else if (final === "taken") {
      this.leave();
      return this.handlers.taken?.(why);
    } else if (final) {
      const { fault } = this;
      return this.over({ code: final === "over" || !fault ? final : fault.code, why: fault?.why || why || final });
    }
    this.drop();
    const retryMs = this.world.random() * Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(this.tries, DOUBLINGS_MAX));
    this.tries += 1;
    this.timer("retry", retryMs, () => this.connect());
    this.handlers.lost?.(why || (code ? `closed with code ${code}` : "the connection broke"), retryMs);
  }

  /** Over until somebody joins again. @param {Fault} fault */
  over(fault) {
    this.leave();
    this.handlers.refused?.(fault);
  }
}
