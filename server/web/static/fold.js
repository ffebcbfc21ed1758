// @ts-check
/**
 * The content of a screen, folded from the server's frames: the twin of p2p/information/view_fold.py. No DOM in here.
 *
 *     const fold = new Fold(welcome)         // the welcome frame of the log-in
 *     fold.received(frame)                   // every frame that comes after it; facts that were had are passed over
 *     fold.sent(token, message)              // a message was sent, and waits for its answer
 *     fold.lost(why)                         // the connection is gone; the next welcome puts it right
 *     fold.takeDownWords()                   // the words on the screen have been read
 *     fold.view(nowUs, results)              // a ViewState, as msgspec encodes that of p2p/information/view_state.py
 *     fold.changed(nowUs)                    // a text that is another one when there is anything new to draw
 *
 * A view is plain data and never changes. A part that is as it was is the same object as in the view before, so that
 * a screen compares by `===`. Facts, frames and a view cost the same however long the session is.
 *
 * Money (price × quantity) may pass 2^53, and is a bigint then, and only then: `add`, `sub`, `mul`, `ratio` take both.
 * `gain`, `gainOf` and `atWorst` say what an order would gain, from a view, before it is sent.
 */

/** @typedef {number | bigint} Int a whole number: a bigint beyond 2^53, and only there */
/** @typedef {"bid" | "ask"} Side */
/** @typedef {"buyer" | "seller"} Role */
/** @typedef {Record<string, any>} Payload */
/** @typedef {{directive: string, payload: Payload}} Message */
/** @typedef {{directive: string, payload: Payload, at: number}} Fact */
/** @typedef {{directive: string, payload: Payload}} Frame */
/** @typedef {[Int, number]} Step value (or cost) of each unit, and how many units */
/** @typedef {{price: number, mine: boolean, trader: number | null}} QuoteShown */
/** @typedef {{price: number, quantity: number, mine: boolean}} Level */
/**
 * @typedef {{price: number | null, quantity: number, mine: boolean, quotes: QuoteShown[], levels: Level[],
 *   path: [number, number | null][]}} SideView
 * @typedef {{number: number, into_us: number, price: number, mine: Role | null, buyer: number | null,
 *   seller: number | null, quantity: number}} Deal
 * @typedef {{type: "trade", contract: number, role: Role, value: Int, price: number, profit: Int, quantity: number,
 *   price_to: number | null}} OwnTrade
 * @typedef {{type: "answer", sent: Message_ | null, refused: string | null}} Answer
 * @typedef {{type: "expired", side: Side, price: number, life_over: boolean}} ExpiredOrder
 * @typedef {{directive: string, message: Payload}} Message_ a message that the viewer sent, its defaults left out
 * @typedef {{number: number, length_us: number, role: Role | null, contracts: number, volume: number,
 *   price_mean: number | null, price_low: number | null, price_high: number | null, surplus: Int, own_trades: number,
 *   own_quantity: number, own_price_sum: Int, own: OwnTrade[], void: boolean}} PeriodView
 * @typedef {{order: number, side: Side, price: number, quantity: number, ends_us: number | null}} OwnOrder
 * @typedef {{role: Role | null, steps: Step[], total: number, traded: number, units_left: number,
 *   unit_value: Int | null, step_left: number, prices: number[], surplus: Int, surplus_total: Int, unpaid: Int,
 *   offered: number, orders: OwnOrder[]}} OwnView
 * @typedef {{phase: string, period: number, next_period: number, open: boolean, paused: boolean,
 *   left_us: number | null, calls: number, held: number, call_left_us: number | null, posting: boolean,
 *   gap_us: number, periods: number, waits: boolean, practice: boolean, preview: boolean, run_us: number}} ClockView
 * @typedef {{number: number, stages: number, shown: Payload, read: number, asked: number[], settled: number[],
 *   done: boolean, behind: boolean, moved: boolean, left: boolean, others_done: number, people: number,
 *   responded: Payload | null, failed: boolean}} StageView
 * @typedef {{kind: string, text: string, at: number}} Words
 * @typedef {{private: boolean, answers: boolean, help_asked: boolean, passed: boolean, removed: boolean}} CareView
 * @typedef {{contracts: number, gain: Int, until_period: number | null}} AbsenceView
 * @typedef {{points: string, rate: string, currency: string, fee: string, base: string, bonus: string, amount: string,
 *   period: number | null, at_floor: boolean, floor: string, fee_only: boolean, steps: string,
 *   base_only: boolean}} EarnedView
 * @typedef {{forecast: Payload | null, metered: Payload | null, battery: Payload, reservation: Payload,
 *   day: [number, number, number][]}} HouseholdView
 * @typedef {{period: number, period_efficiency: number | null, efficiency: number | null}} WelfareView
 * @typedef {{periods: PeriodView[], points: [number, number, boolean][]}} ResultsView
 */
/**
 * @typedef {{now: number, version: number, seat: number | null, rules: Payload, rules_before: Payload | null,
 *   rules_from: number, sees_contracts: boolean, clock: ClockView,
 *   seats: {taken: number, seats: number, robots: number | null, names: string[]}, bid: SideView, ask: SideView,
 *   deals: Deal[], calls: Payload[], indicative: {price: number | null, quantity: number} | null,
 *   period: PeriodView | null, chart: {others: Deal[], own: Deal[]}, own: OwnView, household: HouseholdView | null,
 *   pending: Message_[], news: Answer | OwnTrade | ExpiredOrder | null, announced: string,
 *   absence: AbsenceView | null, welfare: WelfareView | null, line: {lost: string | null, unheard: number},
 *   results: ResultsView | null, stage: StageView | null, care: CareView, words: Words[],
 *   earned: EarnedView | null}} ViewState all that a screen shows at an instant
 */

// The bounds of a view, as in view_state.py, downsampling.py and standing_words.py.
const QUOTES_SHOWN = 60;
const LEVELS_SHOWN = 100;
const CONTRACTS_SHOWN = 100;
const CALLS_SHOWN = 100;
const UNITS_SHOWN = 1000;
const OWN_TRADES_SHOWN = 100;
const OWN_ORDERS_SHOWN = 100;
const PENDING_SHOWN = 100;
const DAY_SHOWN = 288;
const SESSION_POINTS = 4096;
const POINTS_MAX = 512;
const UNITS_LISTED_MAX = 100;
const WORDS_US = 60_000_000;
const DIGITS_MAX = 6;

// --- whole numbers of any size -----------------------------------------------------------------------------------

/** @type {(n: bigint) => Int} */
const narrow = (n) => (n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER ? Number(n) : n);

/** @type {(a: Int, b: Int) => Int} */
export function add(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrow(BigInt(a) + BigInt(b));
}

/** @type {(a: Int, b: Int) => Int} */
export const sub = (a, b) => add(a, -b);

/** @type {(a: Int, b: Int) => Int} */
export function mul(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product || 0; // no -0
  }
  return narrow(BigInt(a) * BigInt(b));
}

/** The quotient, rounded once as IEEE 754 has it, however large both are. @type {(a: Int, b: Int) => number} */
export function ratio(a, b) {
  if (typeof a === "number" && typeof b === "number") return a / b;
  const negative = a < 0 !== b < 0;
  const [over, under] = [BigInt(a), BigInt(b)].map((n) => (n < 0n ? -n : n));
  const bits = 68 + 4 * Math.max(0, under.toString(16).length - over.toString(16).length);
  const scaled = over << BigInt(bits);
  let quotient = scaled / under;
  if (quotient * under !== scaled) quotient |= 1n; // a rest: no tie is rounded to even by mistake
  return ((negative ? -1 : 1) * Number(quotient)) / 2 ** bits;
}

/** @type {(a: number, b: number) => number} */
const floorDiv = (a, b) => (a - (((a % b) + b) % b)) / b;

/** As Python's round: half to even. @type {(x: number) => number} */
function rounded(x) {
  const low = Math.floor(x);
  const rest = x - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}

// --- decimals of pay: fractions of bigints -----------------------------------------------------------------------

/** @typedef {{n: bigint, d: bigint}} Fraction */

/** A number exactly as it is written. @type {(number: number) => Fraction} */
function exact(number) {
  const [, sign, whole, part = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number)) ?? [];
  const shift = Number(power) - part.length;
  const n = BigInt(sign + whole + part);
  return shift < 0 ? { n, d: 10n ** BigInt(-shift) } : { n: n * 10n ** BigInt(shift), d: 1n };
}

/** @type {(number: Fraction) => number} */
function digitsOf({ n, d }) {
  let count = 0;
  while (count < DIGITS_MAX && (n * 10n ** BigInt(count)) % d !== 0n) count += 1;
  return count;
}

/** As decimals: at least so many digits behind the point. @type {(number: Fraction, least?: number) => string} */
function inDigits(number, least = 0) {
  const count = Math.max(least, digitsOf(number));
  const over = 2n * number.n * 10n ** BigInt(count) + number.d;
  const under = 2n * number.d;
  const units = over / under - (over % under !== 0n && over < 0n ? 1n : 0n);
  const text = String(units < 0n ? -units : units).padStart(count + 1, "0");
  const point = text.length - count;
  return (units < 0n ? "-" : "") + text.slice(0, point) + (count ? "." + text.slice(point) : "");
}

/** How many decimals prices in a unit of money have: `0.1 c` has one. @type {(currency: string) => number} */
const decimalsOf = (currency) => (/^0\.(0*)1 [^\n]+$/.exec(currency)?.[1].length ?? -1) + 1;

// --- texts of others ---------------------------------------------------------------------------------------------

const SEQUENCES = new RegExp(
  "(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d\\x9e\\x9f])[^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c|$)?" +
    "|(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]?|\\x1b[ -/]*[0-~]?",
  "g",
);
const SPECIAL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const SPACE = /[\t-\r\x1c-\x1f\x85\u2028\u2029]/;

/** A text without escape sequences, control characters and turns of direction; `lines`: line ends stay. */
export function printable(/** @type {string} */ text, lines = false) {
  return text.replace(SEQUENCES, "").replace(SPECIAL, (letter) => {
    if (letter === "\n" && lines) return letter;
    if (SPACE.test(letter)) return " ";
    return letter >= "\ud800" && letter <= "\udfff" ? "\ufffd" : "";
  });
}

/** Rules whose texts may be shown: p2p/information/printable_rules.py. @type {(rules: Payload) => Payload} */
function printableRules(rules) {
  const { energy, stages = [] } = rules;
  return {
    ...rules,
    title: printable(rules.title),
    currency: printable(rules.currency),
    instructions: printable(rules.instructions, true),
    stages: stages.map((/** @type {Payload} */ stage) => ({
      ...stage,
      title: printable(stage.title),
      pages: stage.pages.map((/** @type {string} */ page) => printable(page, true)),
      questions: stage.questions.map((/** @type {Payload} */ question) => ({
        ...question,
        ask: printable(question.ask, true),
        options: question.options.map((/** @type {string} */ option) => printable(option)),
      })),
    })),
    energy: energy && { ...energy, money_unit: printable(energy.money_unit) },
  };
}

// --- messages ----------------------------------------------------------------------------------------------------

/** @type {Payload} */
const ORDER = { quantity: 1, confirmed: false, price: null };
/** Fields of messages on a screen that are left out where they have these values, as msgspec leaves them out. */
const DEFAULTS = /** @type {Record<string, Payload>} */ ({
  ...{ bid: ORDER, ask: ORDER, buy: ORDER, sell: ORDER, replace: ORDER },
  forecast: {
    ...{ battery: 0, stored: null, flexible: 0, flexible_value: 0, power_w: 0, capacity: 0, grid_limit: null },
    unserved_price: 0,
  },
  metered: {
    ...{ bought: 0, battery: 0, stored: null, grid_import: 0, grid_export: 0, flexible: 0, unserved: 0, curtailed: 0 },
  },
  set_battery: { target_w: null },
  set_reservation: { buy: null, sell: null },
  responded: { tries_left: null, explanation: "" },
  agree: { data_use: false },
  respond: { number: null, text: "", length: 0, digest: "" },
  help: { text: "", digest: "", withdrawn: false },
});

/** A message's payload without the fields that have their defaults. @type {(message: Message) => Payload} */
function plain({ directive, payload }) {
  const usual = DEFAULTS[directive] ?? {};
  return Object.fromEntries(Object.entries(payload).filter(([key, value]) => !(key in usual && usual[key] === value)));
}

/** Messages whose effect a stage's screen shows by itself: their acceptance is no news. */
const OF_STAGES = new Set(["turn_page", "agree", "respond", "withdraw"]);

// --- lists with a bound ------------------------------------------------------------------------------------------

/** What is newest (`Infinity` for `first`), or first, of a list. @template T */
class Few {
  /** @param {number} last @param {number} [first] */
  constructor(last, first = Infinity) {
    this.last = last;
    this.first = first;
    /** @type {T[]} */
    this.items = [];
    /** @type {T[] | null} */
    this.copy = null;
  }

  /** @param {T} item */
  push(item) {
    if (this.items.length >= this.first) return;
    this.items.push(item);
    if (this.items.length > this.last) this.items.shift();
    this.copy = null;
  }

  clear() {
    if (this.items.length) this.items = [];
    this.copy = null;
  }

  /** As it is now; the same array until there is a change. */
  get shown() {
    return (this.copy ??= this.items.slice());
  }
}

/** A chart's points: when they are too many, every second one of the older half goes. @template T @extends {Few<T>} */
class Downsampled extends Few {
  constructor() {
    super(Infinity);
  }

  /** @param {T} point */
  push(point) {
    super.push(point);
    if (this.items.length <= POINTS_MAX) return;
    const half = Math.floor(this.items.length / 2);
    this.items = this.items.filter((_, index) => index >= half || index % 2 === 0);
  }
}

/** The older of two things that are alike, part by part: a screen sees that nothing has changed. @template T */
function keep(/** @type {T | undefined} */ old, /** @type {T} */ now) {
  if (!old || !now) return now;
  if (Array.isArray(now) && now.length !== /** @type {any} */ (old).length) return now;
  for (const key in now) if (old[key] !== now[key]) return now;
  return old;
}

// --- the clock ---------------------------------------------------------------------------------------------------

/** Where a market is in its session: p2p/information/period_clock.py. */
class PeriodClock {
  /** @param {Payload} rules */
  constructor(rules) {
    this.calls = /** @type {number} */ (rules.call ? (rules.call.calls ?? 1) : 1);
    this.posts = /** @type {{post_s?: number | null} | null} */ (rules.posting ?? null);
    this.phase = "lobby";
    this.period = 0;
    this.nextPeriod = 1;
    this.open = this.paused = false;
    this.startedUs = this.roundUs = this.lengthUs = this.gapUs = 0;
    this.endsAt = /** @type {number | null} */ (null);
    this.leftUs = /** @type {number | null} */ (null);
    this.held = 0;
    this.practice = this.preview = false;
    this.counted = 0;
    this.stoppedAt = /** @type {number | null} */ (0);
  }

  /** @param {Fact} fact */
  onFact({ directive, payload, at }) {
    switch (directive) {
      case "start_round":
        this.phase = "trading";
        this.period = payload.period;
        this.open = true;
        this.preview = false;
        this.startedUs = at;
        this.stoppedAt = null;
        this.held = 0;
        this.roundUs = this.lengthUs = payload.length_us;
        return this.runUntil(at + payload.length_us);
      case "end_round":
        return this.close(at);
      case "intermission":
      case "preview":
        this.phase = "break";
        this.preview = directive === "preview";
        this.nextPeriod = this.preview ? payload.period : payload.next_period;
        return this.runUntil(at + payload.length_us);
      case "paused":
        this.paused = true;
        this.leftUs = this.toTheEnd(payload.left_us);
        this.endsAt = null;
        this.gapUs = payload.gap_us ?? 0;
        if (this.open) this.stoppedAt = at;
        return;
      case "resumed":
        return this.resume(this.toTheEnd(payload.left_us), at);
      case "extended":
        return this.extend(payload.left_us, at);
      case "called":
        this.held = payload.call;
        if (this.endsAt !== null) this.endsAt = at + this.afterCallUs(payload.call);
        return;
      case "reminder":
        if (!this.posts) return;
        this.held = 1;
        this.lengthUs = this.runUs(at) + payload.length_us;
        return this.runUntil(at + payload.length_us);
      case "stage_began":
        return this.beginStage(payload.kind === "practice", payload.length_us == null ? null : at + payload.length_us);
      case "ended":
        this.close(at);
        this.phase = "ended";
        this.paused = false;
        this.gapUs = 0;
    }
  }

  /** @param {boolean} practice @param {number | null} endsAt */
  beginStage(practice, endsAt) {
    if (practice && !this.practice) {
      this.counted = this.period;
      this.period = 0;
    } else if (this.practice && !practice) {
      this.period = this.counted;
    }
    this.phase = "stage";
    this.open = false;
    this.practice = practice;
    this.nextPeriod = this.period + 1;
    this.runUntil(endsAt);
  }

  /** @param {number | null} end */
  runUntil(end) {
    this.paused = false;
    this.leftUs = null;
    this.gapUs = 0;
    this.endsAt = end;
  }

  /** @param {number} at */
  close(at) {
    if (this.open && this.stoppedAt === null) this.stoppedAt = at;
    this.open = false;
    this.endsAt = this.leftUs = null;
  }

  /** @param {number | null} leftUs @param {number} at */
  resume(leftUs, at) {
    if (this.open && this.stoppedAt !== null) {
      this.startedUs += at - this.stoppedAt;
      this.stoppedAt = null;
    }
    this.runUntil(leftUs === null ? null : at + leftUs);
  }

  /** @param {number} leftUs @param {number} at */
  extend(leftUs, at) {
    if (this.open) {
      leftUs += this.afterNextCallUs;
      this.lengthUs = this.runUs(at) + leftUs;
    } else if (this.phase !== "stage") {
      return;
    }
    if (this.paused) this.leftUs = leftUs;
    else this.endsAt = at + leftUs;
  }

  /** @type {(leftUs: number | null) => number | null} */
  toTheEnd(leftUs) {
    return leftUs === null || !this.open ? leftUs : leftUs + this.afterNextCallUs;
  }

  get afterNextCallUs() {
    return this.afterCallUs(this.held + 1);
  }

  /** Time of a period after a call, or after posting. @param {number} call */
  afterCallUs(call) {
    if (this.posts) return call <= 1 ? this.roundUs - this.postUs(this.posts.post_s) : 0;
    return this.roundUs - floorDiv(this.roundUs * Math.min(call, this.calls), this.calls);
  }

  /** @param {number | null} [postS] */
  postUs(postS) {
    return postS == null ? floorDiv(this.roundUs, 3) : Math.min(this.roundUs, rounded(postS * 1_000_000));
  }

  /** @param {number} at */
  intoUs(at) {
    return this.period ? at - this.startedUs : 0;
  }

  /** @param {number} now */
  runUs(now) {
    return (this.stoppedAt === null ? now : this.stoppedAt) - this.startedUs;
  }

  /** @param {number} now */
  timeLeftUs(now) {
    if (this.paused) return this.leftUs;
    return this.endsAt === null ? null : Math.max(0, this.endsAt - now);
  }

  get posting() {
    return this.open && this.posts !== null && this.held === 0;
  }

  /** @param {number} now */
  callLeftUs(now) {
    if (!this.open || this.held >= this.calls) return null;
    const leftUs = this.timeLeftUs(now);
    return leftUs === null ? null : Math.max(0, leftUs - this.afterNextCallUs);
  }

  /** @type {(now: number, periods: number, waits: boolean) => ClockView} */
  view(now, periods, waits) {
    return {
      phase: this.phase,
      period: this.period,
      next_period: this.nextPeriod,
      open: this.open,
      paused: this.paused,
      left_us: this.timeLeftUs(now),
      calls: this.calls,
      held: this.held,
      call_left_us: this.callLeftUs(now),
      posting: this.posting,
      gap_us: this.gapUs,
      periods,
      waits,
      practice: this.practice,
      preview: this.preview && this.phase === "break",
      run_us: this.open ? this.runUs(now) : 0,
    };
  }
}

// --- the book ----------------------------------------------------------------------------------------------------

/** @typedef {{key: number, price: number, quantity: number, count: number}} PriceLevel */
/** @typedef {{side: Side, level: PriceLevel, quantity: number}} Resting */

/** The levels of one side; `ladder` rises, the best level last. */
class BookSide {
  /** @param {Side} side */
  constructor(side) {
    this.sign = side === "bid" ? 1 : -1;
    /** @type {PriceLevel[]} */
    this.ladder = [];
  }

  /** The place of a key in the ladder. @param {number} key */
  place(key) {
    let low = 0;
    let high = this.ladder.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ladder[middle].key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {number} price */
  levelAt(price) {
    const key = this.sign * price;
    const place = this.place(key);
    if (this.ladder[place]?.key !== key) this.ladder.splice(place, 0, { key, price, quantity: 0, count: 0 });
    return this.ladder[place];
  }
}

/** The orders that rest, as far as they are shown. A new one waits in `fresh` until somebody looks. */
class Book {
  constructor() {
    this.sides = { bid: new BookSide("bid"), ask: new BookSide("ask") };
    /** @type {Map<number, Resting>} */
    this.orders = new Map();
    /** @type {Map<number, Payload>} */
    this.fresh = new Map();
    this.changes = 0;
  }

  /** An order rests, shrinks or leaves. @param {Payload} order */
  onOrder(order) {
    this.changes += 1;
    const known = this.orders.get(order.order);
    if (!known) {
      if (order.quantity > 0) this.fresh.set(order.order, order);
      else this.fresh.delete(order.order);
      return;
    }
    const { level, side } = known;
    level.quantity += Math.max(0, order.quantity) - known.quantity;
    known.quantity = order.quantity;
    if (order.quantity > 0) return;
    this.orders.delete(order.order);
    level.count -= 1;
    if (!level.count) this.sides[side].ladder.splice(this.sides[side].place(level.key), 1);
  }

  settle() {
    for (const { order, side, price, quantity } of this.fresh.values()) {
      const level = this.sides[/** @type {Side} */ (side)].levelAt(price);
      level.quantity += quantity;
      level.count += 1;
      this.orders.set(order, { side, level, quantity });
    }
    this.fresh.clear();
  }

  /** The best levels of a side. @param {Side} side @param {Iterable<number>} own numbers of one's own orders */
  levels(side, own) {
    this.settle();
    const mine = new Set();
    for (const order of own) mine.add(this.orders.get(order)?.level);
    const best = this.sides[side].ladder.slice(-LEVELS_SHOWN).reverse();
    return best.map((level) => ({ price: level.price, quantity: level.quantity, mine: mine.has(level) }));
  }
}

// --- what everybody knows ----------------------------------------------------------------------------------------

const CHANGING = ["charges", "terms", "information", "identities", "period_s", "break_s"];

/** Knowledge common to all viewers: p2p/information/public_knowledge.py. */
class PublicKnowledge {
  /** @param {Payload} rules */
  constructor(rules) {
    this.rules = rules;
    this.rulesBefore = /** @type {Payload | null} */ (null);
    this.rulesFrom = 1;
    this.stage = -1;
    this.waiting = /** @type {Payload | null} */ (null);
    this.resets = !!rules.capabilities?.resets_on_contract;
    this.clock = new PeriodClock(rules);
    this.forget();
    this.seatsTaken = this.seats = 0;
    this.robots = /** @type {number | null} */ (null);
    this.waits = false;
    /** @type {Set<number>} */
    this.void = new Set();
    this.again = 0;
  }

  /** Nothing has been traded yet, or what was does not count. */
  forget() {
    this.book = new Book();
    /** @type {Few<Payload>} */
    this.calls = new Few(CALLS_SHOWN);
    this.seen = { bid: 0, ask: 0 };
    this.noQuotes();
  }

  noQuotes() {
    /** @type {Record<Side, number | null>} */
    this.price = { bid: null, ask: null };
    this.quantity = { bid: 0, ask: 0 };
  }

  /** @param {Fact} fact */
  onFact(fact) {
    const { directive, payload } = fact;
    switch (directive) {
      case "order":
        return this.book.onOrder(payload);
      case "quote": {
        const side = /** @type {Side} */ (payload.side);
        this.price[side] = payload.price;
        this.quantity[side] = payload.quantity ?? 1;
        this.seen[side] += 1;
        return;
      }
      case "contract":
        if (this.resets) this.noQuotes();
        return;
      case "standing":
        this.price = { bid: payload.bid ?? null, ask: payload.ask ?? null };
        return;
      case "called":
        this.calls.push(payload);
        return this.clock.onFact(fact);
      default:
        return this.phase(fact);
    }
  }

  /** Take in where the session is. @param {Fact} fact */
  phase(fact) {
    const { directive, payload } = fact;
    const practised = this.clock.practice;
    this.clock.onFact(fact);
    switch (directive) {
      case "start_round":
        this.calls.clear();
        return this.closeQuotes();
      case "end_round":
        return this.closeQuotes();
      case "lobby":
        this.seatsTaken = payload.taken;
        this.seats = payload.seats;
        this.robots = payload.robots ?? null;
        return;
      case "robots":
        this.robots = payload.count;
        return;
      case "held":
        this.waits = !payload.off;
        return;
      case "voided":
        this.void.add(payload.period);
        this.again += payload.again ? 1 : 0;
        return;
      case "stage_began":
        this.stage = payload.stage;
        this.waiting = null;
        if (practised || this.clock.practice) this.forget();
        return;
      case "waiting":
        this.waiting = payload;
        return;
      case "rules_changed":
        this.rulesBefore = this.rules;
        this.rules = { ...this.rules };
        for (const key of CHANGING) if (payload[key] != null) this.rules[key] = payload[key];
        this.rulesFrom = payload.period;
    }
  }

  /** No quote outlives its period, but where orders live as long as the session. */
  closeQuotes() {
    if (this.resets || this.rules.terms?.order_life !== "session") this.noQuotes();
  }
}

// --- one's own units ---------------------------------------------------------------------------------------------

/** @typedef {{role: Role | null, steps: Step[], traded: number}} Units */

/** The values of the next so many units, as [value, quantity]. @type {(own: Units, many: number, skip?: number) => Step[]} */
function pieces(own, many, skip = 0) {
  const start = own.traded + skip;
  const found = /** @type {Step[]} */ ([]);
  let before = 0;
  for (const [value, quantity] of own.steps) {
    const here = Math.min(before + quantity, start + many) - Math.max(before, start);
    if (here > 0) found.push([value, here]);
    before += quantity;
  }
  return found;
}

/** @type {(role: Role | null, value: Int, price: number) => Int} */
const unitGain = (role, value, price) => (role === "buyer" ? sub(value, price) : sub(price, value));

/** The tax on a unit for a role. @type {(charges: Payload | undefined, role: Role | null) => number} */
const perUnit = (charges, role) => (role === "buyer" ? charges?.tax_buyer : charges?.tax_seller) ?? 0;

/** The least gain of each piece of such trades, in the order in which units go: schedules.holding.Holding.gains. */
/** @type {(own: Units, trades: [number, number][], charges: Payload | undefined) => Int[]} */
function gains(own, trades, charges) {
  const charge = perUnit(charges, own.role) + (charges?.commission ?? 0);
  const found = [];
  let skip = 0;
  for (const [price, quantity] of trades) {
    for (const [value, many] of pieces(own, quantity, skip)) {
      found.push(mul(sub(unitGain(own.role, value, price), charge), many));
    }
    skip += quantity;
  }
  return found;
}

/** The gain of trades, one after the other, charges taken; null without a unit. @type {(view: ViewState, trades: [number, number][]) => Int | null} */
export function gainOf(view, trades) {
  if (view.own.role === null || view.own.unit_value === null || !trades.length) return null;
  let left = view.own.units_left;
  const bounded = trades.map(([price, quantity]) => {
    const many = Math.min(quantity, left);
    left -= many;
    return /** @type {[number, number]} */ ([price, many]);
  });
  return gains(view.own, bounded, view.rules.charges).reduce(add, 0);
}

/** The gain of an order of one's side at a price, charges taken; null where it is not one's side, or no unit is left. */
/** @type {(view: ViewState, side: Side, price: number, quantity?: number) => Int | null} */
export function gain(view, side, price, quantity = 1) {
  if (side !== (view.own.role === "buyer" ? "bid" : "ask")) return null;
  return gainOf(view, [[price, quantity]]);
}

/**
 * The losses that an order could bring, 0 or below: of its own units, and of the open offers after it.
 * `instead`: the open order whose place it takes.
 * @type {(view: ViewState, price: number, quantity: number, taking: boolean, instead?: OwnOrder | null) => Int}
 */
export function atWorst(view, price, quantity, taking, instead = null) {
  const { own, rules } = view;
  if (own.role === null) return 0;
  const rank = own.role === "buyer" ? -1 : 1;
  const added = /** @type {[number, number]} */ ([price, Math.min(quantity, own.units_left)]);
  const others = own.orders.filter((one) => one.order !== instead?.order);
  const open = others.map((one) => /** @type {[number, number]} */ ([one.price, one.quantity]));
  open.sort((one, other) => rank * (one[0] - other[0]));
  let bound = [added];
  if (!rules.capabilities?.resets_on_contract) {
    bound = taking ? [added, ...open] : [...open, added].sort((one, other) => rank * (one[0] - other[0]));
  }
  return gains(own, bound, rules.charges).filter((one) => one < 0).reduce(add, 0);
}

/** One seat's knowledge: p2p/information/trader_knowledge.py. */
class Knowledge {
  /** @param {PublicKnowledge} common */
  constructor(common) {
    this.common = common;
    this.practised = false;
    this.progress = /** @type {Payload | null} */ (null);
    this.responded = /** @type {Payload | null} */ (null);
    this.earned = /** @type {Payload | null} */ (null);
    this.changes = 0;
    this.forget();
  }

  forget() {
    this.role = /** @type {Role | null} */ (null);
    this.holding = /** @type {(Units & {total: number, listed: number}) | null} */ (null);
    this.unitValue = /** @type {Int | null} */ (null);
    this.unitsLeft = 0;
    /** @type {Few<number>} */
    this.prices = new Few(Infinity, UNITS_SHOWN);
    this.surplus = /** @type {Int} */ (0);
    this.surplusBefore = /** @type {Int} */ (0);
    this.unpaid = /** @type {Int} */ (0);
    this.period = 0;
    /** @type {Map<number, Int>} */
    this.surplusOf = new Map();
    /** @type {Map<number, Int>} */
    this.unpaidOf = new Map();
    /** @type {Map<number, OwnOrder>} */
    this.orders = new Map();
    this.forecast = /** @type {Payload | null} */ (null);
    this.metered = /** @type {Payload | null} */ (null);
    this.battery = /** @type {Payload} */ ({});
    this.reservation = /** @type {Payload} */ ({});
    this.mineSeen = { bid: -1, ask: -1 };
    this.changes += 1;
  }

  /** @param {Fact} fact */
  onFact(fact) {
    this.common.onFact(fact);
    const { directive, payload } = fact;
    switch (directive) {
      case "quote":
        if (payload.mine) this.mineSeen[/** @type {Side} */ (payload.side)] = this.common.seen[/** @type {Side} */ (payload.side)];
        return;
      case "order":
        if (payload.mine) this.onOwnOrder(payload, fact.at);
        return;
      case "contract":
        if (payload.mine) this.trade(payload);
        return;
      case "stage_began":
        return this.beginStage();
      case "progress":
        this.progress = payload;
        return;
      case "responded":
        this.responded = plain(fact);
        return;
      case "earned":
        this.earned = payload;
        return;
      case "schedule":
        return this.deal(payload);
      case "forecast":
        this.forecast = plain(fact);
        this.metered = this.role = this.holding = this.unitValue = null;
        this.unitsLeft = 0;
        return this.nextPeriod(payload.period);
      case "metered":
        this.metered = plain(fact);
        this.surplus = payload.gain;
        return;
      case "set_battery":
        this.battery = plain(fact);
        return;
      case "set_reservation":
        this.reservation = plain(fact);
        return;
      case "unpaid": {
        const period = this.common.clock.period;
        this.unpaid = add(this.unpaid, payload.gain);
        this.unpaidOf.set(period, add(this.unpaidOf.get(period) ?? 0, payload.gain));
        return;
      }
      case "voided":
        this.surplusBefore = sub(this.surplusBefore, this.surplusOf.get(payload.period) ?? 0);
        this.unpaid = sub(this.unpaid, this.unpaidOf.get(payload.period) ?? 0);
        this.surplusOf.delete(payload.period);
        this.unpaidOf.delete(payload.period);
    }
  }

  /** @param {Payload} payload @param {number} at */
  onOwnOrder({ order, side, price, quantity, life_us }, at) {
    const ends_us = life_us == null ? null : this.common.clock.runUs(at) + life_us;
    if (quantity > 0) this.orders.set(order, { order, side, price, quantity, ends_us });
    else this.orders.delete(order);
    this.changes += 1;
  }

  /** A stage begins; of practice nothing is kept. */
  beginStage() {
    const { clock, stage } = this.common;
    if (this.practised || clock.practice) this.forget();
    this.practised = clock.practice;
    this.responded = null;
    const { progress } = this;
    if (progress && progress.stage >= stage - 1) {
      this.progress = { stage, moved: progress.moved, left: progress.left, failed: progress.failed };
    }
  }

  /** @param {Payload} schedule */
  deal({ role, steps, period }) {
    const read = steps.map((/** @type {number[]} */ [value, quantity = 1]) => [value, quantity]);
    const total = read.reduce((/** @type {number} */ sum, /** @type {Step} */ step) => sum + step[1], 0);
    const units = (/** @type {Step} */ step) => (step[1] <= UNITS_LISTED_MAX ? step[1] : 1);
    const listed = read.reduce((/** @type {number} */ sum, /** @type {Step} */ step) => sum + units(step), 0);
    this.role = role;
    this.holding = { role, steps: read, total, listed, traded: 0 };
    this.nextPeriod(period);
    this.refreshUnit();
  }

  /** The gain of the period before is known for good; that of a void one is in no sum. @param {number} period */
  nextPeriod(period) {
    if (this.surplus && !this.common.void.has(this.period)) {
      this.surplusOf.set(this.period, add(this.surplusOf.get(this.period) ?? 0, this.surplus));
      this.surplusBefore = add(this.surplusBefore, this.surplus);
    }
    this.period = period;
    this.prices = new Few(Infinity, UNITS_SHOWN);
    this.surplus = 0;
  }

  get surplusTotal() {
    return this.common.void.has(this.period) ? this.surplusBefore : add(this.surplusBefore, this.surplus);
  }

  /** @param {Payload} contract */
  trade(contract) {
    const { holding } = this;
    if (!holding) throw new Error("a schedule comes before the trade");
    const { price, quantity } = ownTerms(contract);
    const { charges } = this.common.rules;
    for (const [value, many] of pieces(holding, quantity)) {
      this.surplus = add(this.surplus, mul(unitGain(holding.role, value, price), many));
    }
    const due = add(charges?.commission ?? 0, mul(quantity, perUnit(charges, holding.role)));
    this.surplus = sub(this.surplus, due);
    holding.traded += quantity;
    const times = holding.listed > 1 ? Math.min(quantity, UNITS_SHOWN) : 1;
    for (let unit = 0; unit < times; unit += 1) this.prices.push(price);
    this.refreshUnit();
  }

  /** What is left to trade, and what the next unit is worth in trade, its charges taken. */
  refreshUnit() {
    const { holding } = this;
    if (!holding) return;
    const { charges, capabilities } = this.common.rules;
    this.unitsLeft = holding.total - holding.traded;
    this.unitValue = this.nextStep?.[0] ?? null;
    if (this.unitValue === null) return;
    if (holding.role === "seller" && capabilities?.posts) this.unitValue = holding.steps[holding.steps.length - 1][0];
    const charge = perUnit(charges, holding.role) - floorDiv(-(charges?.commission ?? 0), this.stepLeft);
    this.unitValue = holding.role === "buyer" ? sub(this.unitValue, charge) : add(this.unitValue, charge);
  }

  /** The next unit's value, and how many units are left at it. @returns {Step | null} */
  get nextStep() {
    let before = 0;
    for (const [value, quantity] of this.holding?.steps ?? []) {
      before += quantity;
      if (/** @type {Units} */ (this.holding).traded < before) {
        return [value, before - /** @type {Units} */ (this.holding).traded];
      }
    }
    return null;
  }

  get stepLeft() {
    return this.nextStep?.[1] ?? 0;
  }

  /** Whether the best quote of a side is one's own. @param {Side} side */
  isMine(side) {
    return this.mineSeen[side] === this.common.seen[side] && this.common.price[side] !== null;
  }
}

/** A contract's price as its owner is told that it traded, and its quantity. @param {Payload} contract */
function ownTerms({ price, seller_price = null, mine, quantity = 1 }) {
  return { price: /** @type {number} */ (mine === "seller" && seller_price !== null ? seller_price : price), quantity };
}

// --- a period in numbers -----------------------------------------------------------------------------------------

/** One period as its viewer saw it: p2p/information/period_record.py. */
class PeriodRecord {
  /** @param {number} number */
  constructor(number) {
    this.number = number;
    this.lengthUs = 0;
    this.role = /** @type {Role | null} */ (null);
    /** @type {Few<Deal>} */
    this.deals = new Few(CONTRACTS_SHOWN);
    /** @type {Few<OwnTrade>} */
    this.own = new Few(Infinity, OWN_TRADES_SHOWN);
    /** @type {Downsampled<Deal>} */
    this.others = new Downsampled();
    /** @type {Downsampled<Deal>} */
    this.mine = new Downsampled();
    this.settled = /** @type {Int | null} */ (null);
    this.contracts = this.ownTrades = this.volume = this.ownQuantity = 0;
    this.priceSum = /** @type {Int} */ (0);
    this.ownPriceSum = /** @type {Int} */ (0);
    this.profit = /** @type {Int} */ (0);
    this.low = /** @type {number | null} */ (null);
    this.high = /** @type {number | null} */ (null);
  }

  /** @param {Payload} contract @param {number} into_us */
  addContract({ number, price, mine = null, buyer = null, seller = null, quantity = 1 }, into_us) {
    const deal = { number, into_us, price, mine, buyer, seller, quantity };
    this.deals.push(deal);
    (mine ? this.mine : this.others).push(deal);
    this.contracts += 1;
    this.volume += quantity;
    this.priceSum = add(this.priceSum, mul(price, quantity));
    this.low = this.low === null ? price : Math.min(price, this.low);
    this.high = this.high === null ? price : Math.max(price, this.high);
  }

  /** @param {OwnTrade} trade */
  addTrade(trade) {
    this.own.push(trade);
    this.ownTrades += 1;
    this.ownQuantity += trade.quantity;
    this.ownPriceSum = add(this.ownPriceSum, mul(trade.price, trade.quantity));
    this.profit = add(this.profit, trade.profit);
  }

  /** @param {boolean} isVoid @returns {PeriodView} */
  view(isVoid) {
    return {
      number: this.number,
      length_us: this.lengthUs,
      role: this.role,
      contracts: this.contracts,
      volume: this.volume,
      price_mean: this.volume ? ratio(this.priceSum, this.volume) : null,
      price_low: this.low,
      price_high: this.high,
      surplus: this.settled ?? this.profit,
      own_trades: this.ownTrades,
      own_quantity: this.ownQuantity,
      own_price_sum: this.ownPriceSum,
      own: this.own.shown,
      void: isVoid,
    };
  }
}

/** Results of all periods, and their contracts: every n-th if they are many. */
/** @type {(periods: PeriodRecord[], isVoid: Set<number>) => ResultsView} */
function resultsView(periods, isVoid) {
  /** @type {[number, number, boolean][]} */
  const points = [];
  let before = 0;
  for (const period of periods) {
    for (const deal of period.others.items) points.push([before + deal.number, deal.price, false]);
    for (const deal of period.mine.items) points.push([before + deal.number, deal.price, true]);
    before += period.contracts;
  }
  const every = Math.ceil(points.length / SESSION_POINTS) || 1;
  return {
    periods: periods.map((period) => period.view(isVoid.has(period.number))),
    points: points.filter((_, index) => index % every === 0),
  };
}

/** Trades of one instant as one piece of news. @type {(before: OwnTrade, trade: OwnTrade) => OwnTrade} */
function together(before, trade) {
  const price = Math.min(before.price, trade.price);
  const high = Math.max(before.price_to || before.price, trade.price);
  return {
    ...before,
    price,
    price_to: price === high ? null : high,
    profit: add(before.profit, trade.profit),
    quantity: before.quantity + trade.quantity,
  };
}

/** One's pay and how it came about. @type {(earned: Payload | null, rules: Payload) => EarnedView | null} */
function earnedView(earned, rules) {
  const { payment } = rules;
  if (!earned || !payment) return null;
  const units = rules.energy ? BigInt(rules.energy.money_per_unit) : 10n ** BigInt(decimalsOf(rules.currency));
  const digits = Math.max(2, digitsOf(exact(payment.step)), digitsOf(exact(payment.fee)));
  return {
    points: inDigits({ n: BigInt(earned.points ?? 0), d: units }),
    rate: inDigits(exact(payment.rate)),
    currency: payment.currency,
    fee: earned.fee ?? "",
    base: earned.base ?? "",
    bonus: earned.bonus ?? "",
    amount: earned.amount ?? "",
    period: earned.period ?? null,
    at_floor: earned.at_floor ?? false,
    floor: inDigits(exact(payment.floor), digits),
    fee_only: earned.owed === "fee",
    base_only: earned.owed === "base",
    steps: inDigits(exact(payment.step), digits),
  };
}

// --- the fold ----------------------------------------------------------------------------------------------------

/** One seat's view, or the public's. */
export class Fold {
  /** @param {Frame} welcome the frame that answers the log-in */
  constructor({ payload }) {
    /** @type {number | null} */
    this.seat = payload.seat;
    this.session = payload.session;
    this.common = new PublicKnowledge(printableRules(payload.rules));
    this.energy = !!payload.rules.energy;
    this.own = new Knowledge(this.common);
    this.number = 0;
    this.version = 1;
    this.announced = "";
    /** @type {CareView} */
    this.care = { private: false, answers: false, help_asked: false, passed: false, removed: false };
    /** @type {Set<number>} */
    this.helps = new Set();
    /** @type {Map<string, Words>} */
    this.words = new Map();
    /** @type {PeriodRecord[]} */
    this.periods = [];
    this.counted = /** @type {PeriodRecord[] | null} */ (null);
    /** @type {Record<Side, Few<QuoteShown>>} */
    this.quotes = { bid: new Few(QUOTES_SHOWN), ask: new Few(QUOTES_SHOWN) };
    /** @type {Record<Side, Downsampled<[number, number | null]>>} */
    this.path = { bid: new Downsampled(), ask: new Downsampled() };
    /** @type {Few<[number, number, number]>} */
    this.day = new Few(DAY_SHOWN);
    this.indicative = /** @type {{price: number | null, quantity: number} | null} */ (null);
    /** @type {string[]} */
    this.names = [];
    /** @type {Map<number, Message_>} */
    this.orders = new Map();
    this.news = /** @type {Answer | OwnTrade | ExpiredOrder | null} */ (null);
    this.lineLost = /** @type {string | null} */ (null);
    this.absence = /** @type {AbsenceView | null} */ (null);
    this.welfare = /** @type {WelfareView | null} */ (null);
    this.unheard = 0;
    this.calledAt = this.tradedAt = /** @type {number | null} */ (null);
    /** @type {Record<string, any>} parts of the last view */
    this.kept = {};
  }

  /** Whether a robot holds the seat: the fate of its orders is no news of one's own. */
  get robotHolds() {
    return this.absence !== null && this.absence.until_period === null;
  }

  /** The period that runs, or ran last. @returns {PeriodRecord | null} */
  get period() {
    return this.periods[this.periods.length - 1] ?? null;
  }

  // --- what comes in ---------------------------------------------------------------------------------------------

  /** Take in a frame of the server; those that say nothing of the market are passed over. @param {Frame} frame */
  received({ directive, payload }) {
    if (directive === "feed") {
      const facts = payload.facts ?? [];
      for (let index = Math.max(0, this.number + 1 - payload.first); index < facts.length; index += 1) {
        this.number = payload.first + index;
        this.fold(facts[index]);
      }
      for (const state of payload.state ?? []) this.setState(state);
    } else if (directive === "welcome") {
      this.lineLost = null;
      this.version += 1;
    }
  }

  /** Take in a fact. @param {Fact} fact */
  fold(fact) {
    const { own } = this;
    const { unitValue, surplus } = own;
    const dealt = this.energy ? null : own.holding;
    own.onFact(fact);
    this.version += 1;
    if (fact.directive === "contract") this.contracted(fact, unitValue, sub(own.surplus, surplus));
    else this.happened(fact, dealt);
    this.trace("bid", fact.at);
    this.trace("ask", fact.at);
  }

  /** @param {Fact} fact @param {Units | null} dealt one's units before it */
  happened(fact, dealt) {
    const { directive, payload, at } = fact;
    switch (directive) {
      case "quote":
        if (payload.price != null) {
          const { price, mine = false, trader = null } = payload;
          this.quotes[/** @type {Side} */ (payload.side)].push({ price, mine, trader });
        }
        return;
      case "called":
        this.calledAt = at;
        return;
      case "order":
        if (!payload.mine || payload.quantity !== 0 || this.robotHolds) return;
        if (payload.life_us != null || (this.calledAt === at && at !== this.tradedAt))
          this.news = { type: "expired", side: payload.side, price: payload.price, life_over: payload.life_us != null };
        return;
      case "forecast":
        this.periodOf(payload.period);
        this.day.push([payload.period, payload.load, payload.pv]);
        return;
      case "metered":
        this.periodOf(payload.period).settled = payload.gain;
        return;
      case "schedule":
        this.periodOf(payload.period).role = payload.role;
        return this.valuesChanged(dealt, at);
      case "start_round":
        this.periodOf(payload.period).lengthUs = payload.length_us;
        this.news = null;
        this.resetQuotes();
        this.path.bid.clear();
        this.path.ask.clear();
        return;
      case "stage_began":
        return this.beginStage();
      case "end_round":
        this.resetQuotes();
        if (this.news?.type !== "trade") this.news = null; // a period's results stand beside no refusal of it
        return;
      case "accepted":
      case "refused":
        return this.answered(payload.token, payload.reason ?? null);
      case "announced":
        this.announced = printable(payload.text ?? "", true);
        this.care = { ...this.care, private: false, answers: false };
        return this.putUp("announced", this.announced, at);
      case "extended":
        if (this.period) this.period.lengthUs = this.common.clock.lengthUs;
        return;
      default:
        return this.cared(fact);
    }
  }

  /** What becomes of this seat, and the experimenter's words to it alone. @param {Fact} fact */
  cared({ directive, payload, at }) {
    const { care, absence } = this;
    switch (directive) {
      case "told": {
        const { text = "", answers = false } = payload;
        if (text) {
          this.announced = printable(text, true);
          this.putUp("told", this.announced, at);
          this.care = { ...care, private: true, answers };
        }
        this.care = { ...this.care, help_asked: care.help_asked && !answers };
        return;
      }
      case "help_asked":
        this.care = { ...care, help_asked: !payload.withdrawn };
        return;
      case "passed_on":
        this.care = { ...care, passed: !payload.off };
        return;
      case "removed":
        this.care = { ...care, removed: !payload.off, help_asked: false };
        return;
      case "taken_over":
        this.orders.clear();
        this.absence = { contracts: 0, gain: 0, until_period: null };
        return;
      case "unpaid":
        if (absence)
          this.absence = { ...absence, contracts: absence.contracts + 1, gain: add(absence.gain, payload.gain) };
        return;
      case "handed_back":
        if (absence) this.absence = { ...absence, until_period: this.common.clock.period };
    }
  }

  /** The fate of a message of one's own. @param {number} token @param {string | null} reason */
  answered(token, reason) {
    if (this.robotHolds || this.helps.has(token)) {
      this.helps.delete(token); // a robot's, or of a request for help, which is told in words of its own
      return;
    }
    const sent = this.orders.get(token) ?? null;
    this.orders.delete(token);
    if (reason !== null || !sent || !OF_STAGES.has(sent.directive)) {
      this.news = { type: "answer", sent, refused: reason };
    } else if (this.news?.type === "answer") {
      this.news = null; // a stage's screen shows where one is by then
    }
  }

  /** Take in the latest state: it has no number, and holds until the next one. @param {Message} state */
  setState({ directive, payload }) {
    if (directive === "indicative") {
      const { price = null, quantity } = payload;
      const now = keep(this.indicative ?? undefined, { price, quantity });
      if (now !== this.indicative) this.version += 1;
      this.indicative = now;
    } else if (directive === "names") {
      const now = keep(this.names, /** @type {string[]} */ (payload.names));
      if (now !== this.names) this.version += 1;
      this.names = now;
    }
  }

  /** A message was sent: it waits for its answer. A request for help is no order. */
  sent(/** @type {number} */ token, /** @type {Message} */ message) {
    if (message.directive === "help") {
      this.helps.add(token);
      return;
    }
    this.orders.set(token, { directive: message.directive, message: plain(message) });
    this.version += 1;
  }

  /** The words on the screen have been read. */
  takeDownWords() {
    this.words.clear();
    this.version += 1;
  }

  /** The connection is gone, and is being tried again. @param {string} why */
  lost(why) {
    this.lineLost = why;
    this.version += 1;
  }

  // --- what is shown ---------------------------------------------------------------------------------------------

  /** A text that changes with what is drawn: version, time left in whole µs, standing words. @param {number} now */
  changed(now) {
    return `${this.version} ${this.common.clock.timeLeftUs(now)} ${this.standing(now).length}`;
  }

  /** All content of a screen at an instant; results of the periods only if asked. @returns {ViewState} */
  view(/** @type {number} */ now, results = false) {
    const { common, own, period } = this;
    const stage = this.part("stage", this.stageView());
    const periods = stage && common.clock.practice ? stage.shown.periods : common.rules.periods + common.again;
    return {
      now,
      version: this.version,
      seat: this.seat,
      rules: common.rules,
      rules_before: common.rulesBefore,
      rules_from: common.rulesFrom,
      sees_contracts: common.rules.information !== "quotes",
      clock: this.part("clock", common.clock.view(now, periods, common.waits)),
      seats: this.part("seats", {
        taken: common.seatsTaken,
        seats: common.seats,
        robots: common.robots,
        names: this.names,
      }),
      bid: this.sideView("bid"),
      ask: this.sideView("ask"),
      deals: period ? period.deals.shown : this.part("deals", []),
      calls: common.calls.shown,
      indicative: this.indicative,
      period: period && this.part("period", period.view(common.void.has(period.number))),
      chart: this.part("chart", { others: period?.others.shown ?? NONE, own: period?.mine.shown ?? NONE }),
      own: this.ownView(),
      household: this.energy ? this.householdView() : null,
      pending: this.part("pending", [...this.orders.values()].slice(-PENDING_SHOWN)),
      news: this.news,
      announced: this.announced,
      absence: this.absence,
      welfare: this.welfare,
      line: this.part("line", { lost: this.lineLost, unheard: this.unheard }),
      results: results ? resultsView(this.periods, common.void) : null,
      stage,
      care: this.care,
      words: this.part("words", this.standing(now)),
      earned: this.part("earned", earnedView(own.earned, common.rules)),
    };
  }

  /** A part of a view: the one of the view before where it says the same. @template T @param {string} name @param {T} now */
  part(name, now) {
    return /** @type {T} */ (this.kept[name] = keep(this.kept[name], now));
  }

  /** A part that is made anew only when its `mark` is another one. @template T */
  made(/** @type {string} */ name, /** @type {string} */ mark, /** @type {() => T} */ make) {
    const had = this.kept[name];
    if (had?.mark !== mark) this.kept[name] = { mark, value: make() };
    return /** @type {T} */ (this.kept[name].value);
  }

  /** @param {Side} side @returns {SideView} */
  sideView(side) {
    const { common, own } = this;
    const mark = `${common.book.changes} ${own.changes} ${common.stage}`;
    return this.part(side, {
      price: common.price[side],
      quantity: common.quantity[side],
      mine: own.isMine(side),
      quotes: this.quotes[side].shown,
      levels: this.made(`${side} levels`, mark, () => common.book.levels(side, own.orders.keys())),
      path: this.path[side].shown,
    });
  }

  /** @returns {OwnView} */
  ownView() {
    const { own } = this;
    const orders = this.made("orders", `${own.changes}`, () => {
      const newest = [...own.orders.values()].sort((one, other) => other.order - one.order);
      return { offered: newest.reduce((sum, one) => sum + one.quantity, 0), orders: newest.slice(0, OWN_ORDERS_SHOWN) };
    });
    return this.part("own", {
      role: own.role,
      steps: own.holding?.steps ?? NONE,
      total: own.holding?.total ?? 0,
      traded: own.holding?.traded ?? 0,
      units_left: own.unitsLeft,
      unit_value: own.unitValue,
      step_left: own.stepLeft,
      prices: own.prices.shown,
      surplus: own.surplus,
      surplus_total: own.surplusTotal,
      unpaid: own.unpaid,
      ...orders,
    });
  }

  /** @returns {HouseholdView} */
  householdView() {
    const { forecast, metered, battery, reservation } = this.own;
    return this.part("household", { forecast, metered, battery, reservation, day: this.day.shown });
  }

  /** The stage that the viewer is in; null in a session without stages, and in the lobby. @returns {StageView | null} */
  stageView() {
    const { stage, rules, waiting } = this.common;
    const progress = this.own.progress ?? { stage };
    const shown = rules.stages[progress.stage];
    if (!shown) return null;
    return {
      number: progress.stage,
      stages: rules.stages.length,
      shown,
      read: progress.read ?? 0,
      asked: progress.asked ?? NONE,
      settled: progress.settled ?? NONE,
      done: progress.done ?? false,
      behind: progress.stage < stage,
      moved: progress.moved ?? false,
      left: progress.left ?? false,
      failed: progress.failed ?? false,
      others_done: waiting?.done ?? 0,
      people: waiting?.people ?? 0,
      responded: this.own.responded,
    };
  }

  /** Words that stand at an instant, oldest first. @param {number} now */
  standing(now) {
    return [...this.words.values()].filter((one) => now - one.at < WORDS_US);
  }

  // --- the fold's steps ------------------------------------------------------------------------------------------

  /** @param {number} number @returns {PeriodRecord} */
  periodOf(number) {
    if (this.period?.number !== number) {
      this.period?.deals.clear(); // its chart and its sums are kept
      this.periods.push(new PeriodRecord(number));
    }
    return /** @type {PeriodRecord} */ (this.period);
  }

  /** Practice has periods of its own, and none of them is shown behind it. */
  beginStage() {
    const { practice } = this.common.clock;
    if (practice && this.counted === null) {
      this.counted = this.periods;
      this.periods = [];
    } else if (!practice && this.counted !== null) {
      this.periods = this.counted;
      this.counted = null;
    }
    this.news = null;
  }

  /** Say where one's values (or costs) are others than before. @param {Units | null} before @param {number} at */
  valuesChanged(before, at) {
    this.words.delete("values_changed");
    const { holding } = this.own;
    if (!before || this.energy || !holding) return;
    const dealt = (/** @type {Units} */ units) => units.steps.map((step) => step.join(" ")).join();
    if (before.role !== holding.role || dealt(before) !== dealt(holding)) this.putUp("values_changed", "", at);
  }

  /** @param {string} kind @param {string} text @param {number} at */
  putUp(kind, text, at) {
    this.words.delete(kind);
    this.words.set(kind, { kind, text, at });
  }

  resetQuotes() {
    this.quotes.bid.clear();
    this.quotes.ask.clear();
  }

  /** Note the quote that stands from now on, where it is another one. @param {Side} side @param {number} at */
  trace(side, at) {
    const points = this.path[side].items;
    const price = this.common.price[side];
    if (price === (points.length ? points[points.length - 1][1] : null)) return;
    const { clock } = this.common;
    this.path[side].push([Math.min(clock.intoUs(at), clock.runUs(at)), price]);
  }

  /** @param {Fact} fact @param {Int | null} value the unit's before it @param {Int} profit */
  contracted({ payload, at }, value, profit) {
    if (this.common.resets) this.resetQuotes();
    const { period, news } = this;
    if (!period) return;
    period.addContract(payload, this.common.clock.intoUs(at));
    if (!payload.mine || value === null) return;
    const { price, quantity } = ownTerms(payload);
    /** @type {OwnTrade} */
    const trade = {
      ...{ type: "trade", contract: payload.number, role: payload.mine },
      ...{ value, price, profit, quantity, price_to: null },
    };
    period.addTrade(trade);
    this.news = this.tradedAt === at && news?.type === "trade" ? together(news, trade) : trade;
    this.tradedAt = at;
  }
}

/** @type {any[]} nothing, the same each time */
const NONE = [];
