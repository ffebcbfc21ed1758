// @ts-check
/**
 * The line to the market: a connection that comes back by itself, and JSON whose whole numbers may be of any size.
 * The twin of p2p/protocol/client_connection.py and bots/client.py. No DOM, no storage here. Types: ../types.d.ts.
 *
 *     const line = new Line("ws://…", {
 *       frame(frame) {},         // every frame of the server, new facts only
 *       opened(welcome) {},      // let in, after its `frame`; keep `welcome.payload.resume`, the token
 *       lost(why, retryMs) {},   // the connection is gone, and tried again by itself
 *       refused({code, why}) {}, // over until `join` is called again
 *       taken(why) {},           // another device has the seat: likewise
 *     });
 *     line.join({code, name, label, device})  or  ({token})  or  ({watch: 0})  or  ({code, device, ask: true})
 *     line.say({directive: "bid", payload: {price: 90}})   // {token} or {code, why}
 *     line.wake()                // the page is seen again, or the network is back
 *
 * Codes of `refused` are those of docs/protocol.md, and: `over` (the session is), `reload` (the server is newer),
 * `another_session`, `no_seat` (the experimenter's code), `asked` (at the door).
 */
/** @import * as T from "../types" */

const FRAME_MAX = 16384;
const PENDING_MAX = 64;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 3000;
const OPEN_MS = 5000; // for a connection to open
const ANSWER_MS = 6000; // for an answer, on a line that says nothing: no page hears the server's pings
const QUIET_MS = 10000; // a page that wakes after so long does not trust its line
const AGAIN_MS = 250; // before messages that the server let drop are said again
const DROPPED = ["busy", "too_fast", "token_gap"];
/** Close codes after which there is nothing to come back for. */
const FINAL = /** @type {Record<number, string>} */ ({
	...{ 1009: "too_long", 4000: "over", 4002: "wrong_code", 4003: "broken", 4004: "locked", 4009: "flood" },
	4010: "removed",
});
const TAKEN = 4001;
const FRAMES = ["welcome", "feed", "error", "door", "reveal"];

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Read JSON; a whole number beyond 2^53 is a bigint. It is read as a text that begins with another letter than all
 * others: no text is taken for a number. @type {(text: string) => any}
 */
export function parse(text) {
	if (!/\d{16}/.test(text)) return JSON.parse(text);
	const isBig = (/** @type {string} */ token) => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
	const marked = text.replace(TOKENS, (one) => (one[0] === '"' ? `"s${one.slice(1)}` : isBig(one) ? `"b${one}"` : one));
	return JSON.parse(marked, (_, value) => {
		if (typeof value === "string") return value[0] === "b" ? BigInt(value.slice(1)) : value.slice(1);
		if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
		return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.slice(1), one]));
	});
}

/** @type {T.World} */
const BROWSER = {
	socket: (url) => new WebSocket(url),
	after: (ms, run) => setTimeout(run, ms),
	stop: (timer) => clearTimeout(timer),
	random: () => Math.random(),
	now: () => performance.now(),
};

export class Line {
	/** @type {T.Who | null} */
	who = null;
	session = "";
	resume = "";
	number = 0;
	token = 0;
	tries = 0;
	heard = 0;
	/** @type {Map<number, string>} */
	pending = new Map();
	/** @type {T.Socket | null} */
	socket = null;
	welcomed = false;
	/** @type {T.Fault | null} */
	fault = null;
	/** @type {Record<string, any>} */
	timers = {};

	/** @param {string} url @param {T.Handlers} handlers @param {Partial<T.World>} [world] */
	constructor(url, handlers, world = {}) {
		this.url = url;
		this.handlers = handlers;
		this.world = { ...BROWSER, ...world };
	}

	/** @param {T.Who} who */
	join(who) {
		const { token = "" } = who;
		if (!token || token !== this.resume) {
			Object.assign(this, { resume: token, session: "", number: 0, token: 0 }); // it may be another seat
			this.pending.clear();
		}
		Object.assign(this, { who, tries: 0 });
		this.connect();
	}

	wake() {
		if (this.who && !(this.socket && this.world.now() - this.heard < QUIET_MS)) this.connect();
	}

	leave() {
		this.who = null;
		this.drop();
	}

	/** A message is pending until it is answered, and said again after a cut. @param {T.Message} message */
	say({ directive, payload = {} }) {
		const token = this.token + 1;
		const data = JSON.stringify({ directive, payload, token, seen: this.number });
		const no = (/** @type {string} */ code, /** @type {string} */ why) => ({ code, why });
		if (!this.session) return no("not_welcome", "the server has not let us in yet");
		if (this.pending.size >= PENDING_MAX) return no("too_many_pending", "too many messages wait for an answer");
		if (new TextEncoder().encode(data).length > FRAME_MAX) return no("too_long", "it is too long");
		this.token = token;
		this.pending.set(token, data);
		this.post(data);
		return { token };
	}

	connect() {
		this.drop();
		const socket = this.world.socket(this.url);
		Object.assign(this, { socket, heard: this.world.now(), fault: null });
		this.timer("open", OPEN_MS, () => this.gone(0, "no answer came in time"));
		socket.onopen = () => socket.send(this.login());
		socket.onmessage = (/** @type {{data: string}} */ { data }) => this.received(data);
		socket.onclose = (/** @type {{code?: number, reason?: string}} */ { code = 0, reason = "" }) => this.gone(code, reason);
	}

	drop() {
		for (const name of Object.keys(this.timers)) this.timer(name);
		const { socket } = this;
		Object.assign(this, { socket: null, welcomed: false });
		if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
		socket?.close();
	}

	/** Without `run` it is stopped. @type {(name: string, ms?: number, run?: () => void) => void} */
	timer(name, ms = 0, run) {
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
		const have = this.number;
		/** @type {any} */
		let payload = { code, have, controller: "human", name, device, label };
		if (watch !== undefined) payload = { spectator: true, market: watch, have };
		else if (ask) payload = { code, device, ask };
		else if (this.resume) payload = { resume: this.resume, have, controller: "human", name };
		return JSON.stringify({ directive: "login", payload });
	}

	/** @param {string} data */
	post(data) {
		if (!this.welcomed) return;
		this.socket?.send(data);
		if (!this.timers.answer) this.awaitAnswer();
	}

	awaitAnswer() {
		const { heard } = this;
		const late = () => (this.heard === heard ? this.gone(0, "the server does not answer") : this.awaitAnswer());
		this.timer("answer", ANSWER_MS, late);
	}

	sayAgain() {
		for (const data of this.pending.values()) this.post(data);
	}

	/** @param {string} data */
	received(data) {
		this.heard = this.world.now();
		this.timer("open");
		/** @type {T.Frame} */
		let frame = { directive: "", payload: {} };
		try {
			frame = parse(data);
		} catch {} // it is unknown
		const { directive, payload } = frame;
		if (!FRAMES.includes(directive)) return this.over("reload", `the server says '${directive}', which is new here`);
		if (directive === "welcome") return this.welcome(frame);
		if (directive === "feed" && !this.fed(payload)) return;
		if (directive === "error") {
			this.fault = /** @type {T.Fault} */ (payload);
			if (DROPPED.includes(payload.code) && !this.timers.again) this.timer("again", AGAIN_MS, () => this.sayAgain());
		}
		this.handlers.frame(frame);
		if (directive === "door") this.over("asked", "");
	}

	/** @param {T.Frame} frame */
	welcome(frame) {
		const { session, resume, token, stood_in, seat } = frame.payload;
		if (this.session && this.session !== session) return this.over("another_session", "another session runs now");
		if (seat === null && this.who?.watch === undefined) return this.over("no_seat", "a trader needs a seat's code");
		if (stood_in) {
			this.pending.clear();
			this.token = 0;
		}
		Object.assign(this, { session, resume, tries: 0, welcomed: true, token: Math.max(this.token, token) });
		this.handlers.frame(frame);
		this.handlers.opened?.(frame);
		this.sayAgain();
	}

	/** Leave the new facts in a feed; false where one is missing. @param {T.Payload} feed */
	fed(feed) {
		const { first, facts = [] } = feed;
		if (facts.length && first > this.number + 1) {
			this.over("reload", `fact ${this.number + 1} is missing, ${first} came`);
			return false;
		}
		feed.facts = facts.slice(Math.max(0, this.number + 1 - first));
		feed.first = this.number + 1;
		this.number += feed.facts.length;
		for (const { directive, payload } of feed.facts) {
			if (directive === "accepted" || directive === "refused") this.pending.delete(payload.token);
		}
		if (!this.pending.size) this.timer("answer");
		return true;
	}

	/** @type {(code: number, why: string) => void} */
	gone(code, why) {
		if (code === TAKEN) {
			this.leave();
			return this.handlers.taken?.(why);
		}
		if (code === 4002 && this.resume && this.who?.code) this.resume = ""; // the token was refused: with the code again
		else if (FINAL[code]) return this.over((code > 4001 && code < 4005 && this.fault?.code) || FINAL[code], why);
		this.drop();
		const retryMs = this.world.random() * Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.tries);
		this.tries += 1;
		this.timer("retry", retryMs, () => this.connect());
		this.handlers.lost?.(why || "the connection broke", retryMs);
	}

	/** @type {(code: string, why: string) => void} */
	over(code, why) {
		this.leave();
		this.handlers.refused?.({ code, why });
	}
}
