// @ts-check
/**
 * The content of a screen, folded from the server's frames: the twin of p2p/information/view_fold.py. No DOM in here.
 *
 *     const fold = new Fold(welcome)    // the frame that answers the log-in
 *     fold.received(frame)              // every frame after it; facts that were had are passed over
 *     fold.sent(token, message)         // it waits for its answer
 *     fold.lost(why)                    // the connection is gone; the next welcome puts it right
 *     fold.takeDownWords()              // they have been read
 *     fold.view(nowUs, results)         // a ViewState, as msgspec encodes it
 *     fold.strange                      // a fact that this page does not know, of a newer server: reload
 *
 * A view never changes; what is as it was in it is the same object as before: compare by `===`. Money is a bigint
 * beyond 2^53, and only there: `add`, `sub` and `mul` take both. Types are in ../types.d.ts.
 */
/** @import * as T from "../types" */

// The bounds of a view, as in p2p/information.
const QUOTES_SHOWN = 60;
const LISTED = 100; // levels, contracts, calls, own trades, own orders, pending messages
const UNITS_SHOWN = 1000;
const DAY_SHOWN = 288;
const SESSION_POINTS = 4096;
const POINTS_MAX = 512;
const WORDS_US = 60_000_000;
/** @type {T.Side[]} */
const SIDES = ["bid", "ask"];
/** @type {any[]} */
const NONE = []; // the same each time

// --- whole numbers

/** @type {T.Whole} */
function whole(a, b, near, exact) {
	if (typeof a === "number" && typeof b === "number" && Number.isSafeInteger(near)) return near || 0; // 0, and no -0
	const sure = exact(BigInt(a), BigInt(b));
	return Number.isSafeInteger(Number(sure)) ? Number(sure) : sure;
}
/** @type {T.Sum} */
export const add = (a, b) => whole(a, b, Number(a) + Number(b), (x, y) => x + y);
/** @type {T.Sum} */
export const sub = (a, b) => add(a, -b);
/** @type {T.Sum} */
export const mul = (a, b) => whole(a, b, Number(a) * Number(b), (x, y) => x * y);

/** Rounded once, however large both are. @type {T.Ratio} */
function ratio(a, b) {
	if (typeof a === "number" && typeof b === "number") return a / b;
	const [over, under] = [BigInt(a) << 80n, BigInt(b)];
	const quotient = over / under;
	return Number((over % under && (over < 0n ? -1n : 1n)) + quotient * 2n) / 2 ** 81; // a rest: it is no tie
}

/** Half to even. @type {T.Rounded} */
const rounded = (x) => Math.round(x) - (x % 1 === 0.5 && Math.round(x) % 2 ? 1 : 0);

// --- decimals of pay: exact fractions

/** A number as it is written. @type {T.Exact} */
function exact(number) {
	const [digits, power = "0"] = String(number).split("e");
	const [whole, part = ""] = digits.split(".");
	const shift = BigInt(Number(power) - part.length);
	return shift < 0n ? [BigInt(whole + part), 10n ** -shift] : [BigInt(whole + part) * 10n ** shift, 1n];
}

/** @type {T.DigitsOf} */
function digitsOf([n, d]) {
	let count = 0;
	while (count < 6 && (n * 10n ** BigInt(count)) % d) count += 1;
	return count;
}

/** At least so many behind the point. @type {T.InDigits} */
function inDigits([n, d], least = 0) {
	const count = Math.max(least, digitsOf([n, d]));
	const [over, under] = [2n * n * 10n ** BigInt(count) + d, 2n * d];
	const units = over / under - (over < 0n && over % under ? 1n : 0n);
	const text = String(units).replace("-", "").padStart(count + 1, "0");
	return (units < 0n ? "-" : "") + (count ? `${text.slice(0, -count)}.${text.slice(-count)}` : text);
}

/** @type {T.OfEarned} */
function earnedView(earned, { payment, energy, currency }) {
	if (!earned || !payment) return null;
	const { points = 0, owed, ...told } = earned;
	const decimals = (/^0\.(0*)1 [^\n]+$/.exec(currency)?.[1].length ?? -1) + 1; // of `0.1 c`, a price has one
	const digits = Math.max(2, digitsOf(exact(payment.step)), digitsOf(exact(payment.fee)));
	return {
		...{ fee: "", base: "", bonus: "", amount: "", period: null, at_floor: false, ...told, currency: payment.currency },
		points: inDigits([BigInt(points), BigInt(energy ? energy.money_per_unit : 10 ** decimals)]),
		rate: inDigits(exact(payment.rate)),
		floor: inDigits(exact(payment.floor), digits),
		steps: inDigits(exact(payment.step), digits),
		...{ fee_only: owed === "fee", base_only: owed === "base" },
	};
}

// --- texts of others

const SEQUENCES = new RegExp(
	"(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d\\x9e\\x9f])[^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c|$)?" +
		"|(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]?|\\x1b[ -/]*[0-~]?",
	"g",
);
const SPECIAL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const SPACE = /[\t-\r\x1c-\x1f\x85\u2028\u2029]/;

/** Without escape sequences, control characters, turns of direction. @type {T.Printable} */
export function printable(text, lines = false) {
	return text.replace(SEQUENCES, "").replace(SPECIAL, (letter) => {
		if (letter === "\n" && lines) return letter;
		return SPACE.test(letter) ? " " : /\p{Cs}/u.test(letter) ? "\ufffd" : "";
	});
}

/** @type {T.Shown} */
function shownText(thing, key = "") {
	if (typeof thing === "string") return printable(thing, ["instructions", "pages", "ask"].includes(key));
	if (typeof thing !== "object" || thing === null) return thing;
	if (Array.isArray(thing)) return thing.map((one) => shownText(one, key));
	return Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, shownText(value, name)]));
}

// --- lists with a bound

/** @type {T.Last} */
const last = (list, item, most) => [...list.slice(1 - most), item];

/** Of too many points every second one of the older half goes. @type {T.Sampled} */
function sampled(points, point) {
	const all = [...points, point];
	return all.length > POINTS_MAX ? all.filter((_, index) => index >= all.length >> 1 || index % 2 === 0) : all;
}

/** The older of two things that are alike. @type {T.Keep} */
function keep(old, now) {
	if (!old || !now || Object.keys(old).length !== Object.keys(now).length) return now;
	for (const key in now) if (old[key] !== now[key]) return now;
	return old;
}

// --- the clock

/** @type {T.NewClock} */
const newClock = ({ call, posting = null }) => ({
	...{ phase: "lobby", period: 0, next_period: 1, open: false, paused: false, calls: call?.calls ?? 1, held: 0 },
	...{ gap_us: 0, practice: false, preview: false, posts: posting, counted: 0, started: 0, round: 0, length: 0 },
	...{ ends: null, left: null, stopped: 0 },
});

/** @type {T.Put} */
const put = (to, some) => void Object.assign(to, some);

/** @type {T.RunUntil} */
const runUntil = (c, ends) => put(c, { paused: false, left: null, gap_us: 0, ends });

/** @type {T.Close} */
function close(c, at) {
	if (c.open) c.stopped ??= at;
	put(c, { open: false, ends: null, left: null });
}

/** Time of a period after a call, or after posting. @type {T.AfterCall} */
function afterCall({ round, posts, calls, held }, call = held + 1) {
	if (!posts) return round - Math.floor((round * Math.min(call, calls)) / calls);
	const post = posts.post_s == null ? Math.floor(round / 3) : Math.min(round, rounded(posts.post_s * 1_000_000));
	return call <= 1 ? round - post : 0;
}

/** What is left, where so much is left to the next alarm. @type {T.ToTheEnd} */
const toTheEnd = (c, left) => (left === null || !c.open ? left : left + afterCall(c));

/** For how long the period has run. @type {T.TimeOf} */
const runOf = (c, at) => (c.stopped ?? at) - c.started;

/** How far into it an instant is. @type {T.TimeOf} */
const into = (c, at) => (c.period ? at - c.started : 0);

/** @type {T.OfClock} */
function clockView(c, now, periods, waits) {
	const { phase, period, next_period, open, paused, calls, held, gap_us, practice } = c;
	const left_us = paused ? c.left : c.ends === null ? null : Math.max(0, c.ends - now);
	return {
		...{ phase, period, next_period, open, paused, left_us, calls, held, gap_us, periods, waits, practice },
		call_left_us: !open || held >= calls || left_us === null ? null : Math.max(0, left_us - afterCall(c)),
		posting: open && c.posts !== null && held === 0,
		preview: c.preview && phase === "break",
		run_us: open ? runOf(c, now) : 0,
	};
}

/** @type {T.Moves} */
const CLOCK = {
	start_round(c, { period, length_us: length }, at) {
		put(c, { phase: "trading", period, open: true, preview: false, held: 0, started: at, stopped: null });
		put(c, { round: length, length });
		runUntil(c, at + length);
	},
	end_round: (c, _, at) => close(c, at),
	intermission(c, { next_period, length_us }, at, preview = false) {
		put(c, { phase: "break", next_period, preview });
		runUntil(c, at + length_us);
	},
	preview: (c, said, at) => CLOCK.intermission(c, { ...said, next_period: said.period }, at, true),
	paused(c, { left_us, gap_us = 0 }, at) {
		put(c, { paused: true, left: toTheEnd(c, left_us), ends: null, gap_us });
		if (c.open) c.stopped = at;
	},
	resumed(c, { left_us }, at) {
		const left = toTheEnd(c, left_us);
		if (c.open && c.stopped !== null) put(c, { started: c.started + at - c.stopped, stopped: null });
		runUntil(c, left === null ? null : at + left);
	},
	extended(c, { left_us }, at) {
		if (!c.open && c.phase !== "stage") return;
		const left = c.open ? left_us + afterCall(c) : left_us;
		if (c.open) c.length = runOf(c, at) + left;
		if (c.paused) c.left = left;
		else c.ends = at + left;
	},
	called(c, { call }, at) {
		c.held = call;
		if (c.ends !== null) c.ends = at + afterCall(c, call);
	},
	reminder(c, { length_us }, at) {
		if (!c.posts) return;
		put(c, { held: 1, length: runOf(c, at) + length_us });
		runUntil(c, at + length_us);
	},
	stage_began(c, { kind, length_us = null }, at) {
		const practice = kind === "practice"; // its periods have numbers of their own
		if (practice && !c.practice) [c.counted, c.period] = [c.period, 0];
		else if (c.practice && !practice) c.period = c.counted;
		put(c, { phase: "stage", open: false, practice, next_period: c.period + 1 });
		runUntil(c, length_us === null ? null : at + length_us);
	},
	ended(c, _, at) {
		close(c, at);
		put(c, { phase: "ended", paused: false, gap_us: 0 });
	},
};

// --- one's own units

/** @type {T.Holding} */
const NO_UNITS = { role: null, steps: NONE, traded: 0, total: 0, units_left: 0, unit_value: null };

/** The values of the next so many units. @type {T.Pieces} */
function pieces(own, many, skip = 0) {
	const start = own.traded + skip;
	let before = 0;
	return own.steps.flatMap(([value, quantity]) => {
		const here = Math.min(before + quantity, start + many) - Math.max(before, start);
		before += quantity;
		return here > 0 ? [/** @type {T.Step} */ ([value, here])] : [];
	});
}

/** @type {T.NextStep} */
const nextStep = (own) => pieces(own, Infinity)[0];

/** @type {T.ChargesOf} */
function chargesOf({ charges }, role) {
	return [charges.commission ?? 0, (role === "buyer" ? charges.tax_buyer : charges.tax_seller) ?? 0];
}

/** @type {T.UnitGain} */
const unitGain = (role, value, price) => (role === "buyer" ? sub(value, price) : sub(price, value));

/** The least gain: each unit meets another order. @type {T.Gains} */
function gains(own, trades, rules) {
	const [commission, tax] = chargesOf(rules, own.role);
	let skip = 0;
	return trades.flatMap(([price, quantity]) => {
		const found = pieces(own, quantity, skip);
		skip += quantity;
		return found.map(([value, many]) => mul(sub(unitGain(own.role, value, price), commission + tax), many));
	});
}

/** Null where its side is not one's own, or no unit is left. @type {T.Gain} */
export function gain({ own, rules }, side, price, quantity = 1) {
	if (side !== (own.role === "buyer" ? "bid" : "ask") || own.unit_value === null) return null;
	return gains(own, [[price, Math.min(quantity, own.units_left)]], rules).reduce(add, 0);
}

/** The losses that an order could bring, 0 or below, with those of the open offers after it. @type {T.AtWorst} */
export function atWorst({ own, rules }, price, quantity, taking, instead = null) {
	if (own.role === null) return 0;
	const sign = own.role === "buyer" ? -1 : 1;
	const sorted = (/** @type {T.Trade[]} */ trades) => trades.sort((one, other) => sign * (one[0] - other[0]));
	const added = /** @type {T.Trade} */ ([price, Math.min(quantity, own.units_left)]);
	const others = own.orders.filter((one) => one.order !== instead?.order);
	const open = sorted(others.map((one) => [one.price, one.quantity]));
	const all = taking ? [added, ...open] : sorted([...open, added]);
	const bound = rules.capabilities.resets_on_contract ? [added] : all;
	return gains(own, bound, rules).filter((one) => one < 0).reduce(add, 0);
}

/** What is left, and what the next unit is worth in trade. @type {T.Refreshed} */
function refreshed(own, rules) {
	const [next, units_left] = [nextStep(own), own.total - own.traded];
	if (!next) return { ...own, units_left, unit_value: null };
	const [commission, tax] = chargesOf(rules, own.role);
	const dearest = own.role === "seller" && rules.capabilities.posts; // a post is for all units
	const charge = tax + Math.ceil(commission / next[1]);
	const value = dearest ? own.steps[own.steps.length - 1][0] : next[0];
	return { ...own, units_left, unit_value: add(value, own.role === "buyer" ? -charge : charge) };
}

// --- a period in numbers

/** The period of a number, which may be a new one. @type {T.PeriodOf} */
function periodOf(s, number) {
	const now = s.periods.at(-1);
	if (now?.sums.number === number) return now;
	if (now) now.deals = NONE; // its sums and its chart are kept
	const sums = { number, length_us: 0, role: null, contracts: 0, volume: 0, price_low: null, price_high: null };
	/** @type {T.PeriodRecord} */
	const period = {
		sums: { ...sums, own_trades: 0, own_quantity: 0, own_price_sum: 0 },
		...{ deals: NONE, own: NONE, others: NONE, mine: NONE, settled: null, price_sum: 0, profit: 0 },
	};
	s.periods.push(period);
	return period;
}

/** @type {T.AddContract} */
function addContract(period, { number, price, mine = null, buyer = null, seller = null, quantity = 1 }, into_us) {
	const { sums } = period;
	const deal = { number, into_us, price, mine, buyer, seller, quantity };
	period.deals = last(period.deals, deal, LISTED);
	if (mine) period.mine = sampled(period.mine, deal);
	else period.others = sampled(period.others, deal);
	sums.contracts += 1;
	sums.volume += quantity;
	period.price_sum = add(period.price_sum, mul(price, quantity));
	sums.price_low = Math.min(price, sums.price_low ?? price);
	sums.price_high = Math.max(price, sums.price_high ?? price);
}

/** @type {T.AddTrade} */
function addTrade(period, trade) {
	const { sums, own } = period;
	if (own.length < LISTED) period.own = [...own, trade];
	sums.own_trades += 1;
	sums.own_quantity += trade.quantity;
	sums.own_price_sum = add(sums.own_price_sum, mul(trade.price, trade.quantity));
	period.profit = add(period.profit, trade.profit);
}

/** @type {T.OfPeriod} */
function periodView(s, { sums, settled, profit, own, price_sum }) {
	const price_mean = sums.volume ? ratio(price_sum, sums.volume) : null;
	return { ...sums, price_mean, surplus: settled ?? profit, own, void: s.void.has(sums.number) };
}

/** @type {T.OfResults} */
function resultsView(s) {
	let before = 0;
	const points = s.periods.flatMap(({ others, mine, sums }) => {
		const placed = [...others, ...mine].map((one) => [before + one.number, one.price, !!one.mine]);
		before += sums.contracts;
		return /** @type {T.ResultsView["points"]} */ (placed);
	});
	const every = Math.ceil(points.length / SESSION_POINTS);
	return { periods: s.periods.map((one) => periodView(s, one)), points: points.filter((_, at) => at % every === 0) };
}

/** Trades of one instant as one piece of news. @type {T.Together} */
function together(before, trade) {
	const price = Math.min(before.price, trade.price);
	const high = Math.max(before.price_to || before.price, trade.price);
	const [profit, quantity] = [add(before.profit, trade.profit), before.quantity + trade.quantity];
	return { ...before, price, price_to: price === high ? null : high, profit, quantity };
}

// --- the steps of the fold

/** Nothing that counts has been traded yet. @type {T.Nothing} */
const nothing = () => ({
	...{ book: new Map(), orders: new Map(), levels: { bid: null, ask: null }, offers: null, calls: NONE },
	standing: { bid: { price: null, quantity: 0, mine: false }, ask: { price: null, quantity: 0, mine: false } },
	...{ units: NO_UNITS, prices: NONE, surplus: 0, surplus_before: 0, unpaid: 0, own_period: 0 },
	...{ surplus_of: new Map(), unpaid_of: new Map() },
	household: { forecast: null, metered: null, battery: {}, reservation: {} },
});

/** @type {T.NoQuotes} */
function noQuotes(s, standing = true) {
	for (const side of SIDES) {
		s.quotes[side] = NONE;
		if (standing) s.standing[side] = { ...s.standing[side], price: null, quantity: 0 };
	}
}

/** No quote outlives a round, but where orders do. @type {T.Act} */
function betweenRounds(s) {
	noQuotes(s, s.rules.capabilities.resets_on_contract || s.rules.terms.order_life !== "session");
}

/** The gain of a void period is in no sum. @type {T.ActAt} */
function nextPeriod(s, period) {
	const { own_period, surplus } = s;
	if (!s.void.has(own_period)) {
		s.surplus_of.set(own_period, add(s.surplus_of.get(own_period) ?? 0, surplus));
		s.surplus_before = add(s.surplus_before, surplus);
	}
	put(s, { own_period: period, surplus: 0, prices: NONE });
}

/** A contract of one's own: its gain. @type {T.Traded} */
function traded(s, price, quantity) {
	const { units, rules } = s;
	const [commission, tax] = chargesOf(rules, units.role);
	const gained = pieces(units, quantity).map(([value, many]) => mul(unitGain(units.role, value, price), many));
	const profit = sub(gained.reduce(add, 0), add(commission, mul(quantity, tax)));
	const single = units.steps.length === 1 && (units.total === 1 || units.total > 100); // one price for all of it
	s.prices = [...s.prices, ...Array(single ? 1 : Math.min(quantity, UNITS_SHOWN)).fill(price)].slice(0, UNITS_SHOWN);
	s.surplus = add(s.surplus, profit);
	s.units = refreshed({ ...units, traded: units.traded + quantity }, rules);
	return profit;
}

/** @type {T.PutUp} */
function putUp(s, kind, text, at) {
	s.words = [...s.words.filter((one) => one.kind !== kind), { kind, text, at }];
}

/** @type {T.Answered} */
function answered(s, token, refused) {
	if (s.helps.delete(token) || s.absence?.until_period === null) return; // a robot's are not one's own
	const sent = s.pending.get(token) ?? null;
	s.pending.delete(token);
	const ofStage = sent && ["turn_page", "agree", "respond", "withdraw"].includes(sent.directive);
	if (refused || !ofStage) s.news = { type: "answer", sent, refused };
	else if (s.news?.type === "answer") s.news = null;
}

/** Note the quotes that stand from now on. @type {T.ActAt} */
function trace(s, at) {
	for (const side of SIDES) {
		const [path, { price }] = [s.path[side], s.standing[side]];
		if (price === (path.at(-1)?.[1] ?? null)) continue;
		s.path[side] = sampled(path, [Math.min(into(s.clock, at), runOf(s.clock, at)), price]);
	}
}

/** @type {T.LevelsOf} */
function levelsOf(s, side) {
	/** @type {Map<number, T.Level>} */
	const levels = new Map();
	for (const one of s.book.values()) {
		if (one.side !== side) continue;
		const level = levels.get(one.price) ?? { price: one.price, quantity: 0, mine: false };
		levels.set(one.price, level);
		level.quantity += one.quantity;
		level.mine ||= s.orders.has(one.order);
	}
	const sign = side === "bid" ? -1 : 1;
	return [...levels.values()].sort((one, other) => sign * (one.price - other.price)).slice(0, LISTED);
}

/** @type {T.Told} */
const TOLD = {
	quote({ standing, quotes }, { side, price, trader = null, mine = false, quantity = 1 }) {
		standing[side] = { price, quantity, mine };
		if (price !== null) quotes[side] = last(quotes[side], { price, mine, trader }, QUOTES_SHOWN);
	},
	order(s, { order, side, price, quantity, mine = false, life_us = null }, at) {
		const [one, known] = [{ order, side, price, quantity }, s.book.get(order)];
		if (quantity) s.book.set(order, { ...one, ...known, quantity });
		else s.book.delete(order);
		s.levels[side] = null;
		if (!mine) return;
		s.offers = null;
		const life_over = life_us !== null && !quantity;
		if (life_over) s.ends.delete(order);
		else if (life_us !== null) s.ends.set(order, runOf(s.clock, at) + life_us);
		if (quantity) s.orders.set(order, one);
		else s.orders.delete(order);
		if (quantity || s.absence?.until_period === null) return;
		if (life_over || (s.called_at === at && at !== s.traded_at)) s.news = { type: "expired", side, price, life_over };
	},
	contract(s, said, at) {
		const { number: contract, mine: role, quantity = 1, seller_price = null } = said;
		const price = role === "seller" && seller_price !== null ? seller_price : said.price;
		const [{ unit_value: value }, period] = [s.units, s.periods.at(-1)];
		const profit = role ? traded(s, price, quantity) : 0;
		if (s.rules.capabilities.resets_on_contract) noQuotes(s);
		if (period) addContract(period, said, into(s.clock, at));
		if (!period || !role || value === null) return;
		/** @type {T.OwnTrade} */
		const trade = { type: "trade", contract, role, value, price, profit, quantity, price_to: null };
		addTrade(period, trade);
		s.news = s.traded_at === at && s.news?.type === "trade" ? together(s.news, trade) : trade;
		s.traded_at = at;
	},
	standing(s, said) {
		for (const side of SIDES) s.standing[side] = { ...s.standing[side], price: said[side] ?? null };
	},
	called: (s, said, at) => put(s, { calls: last(s.calls, said, LISTED), called_at: at }),
	start_round(s, { period, length_us }) {
		betweenRounds(s);
		periodOf(s, period).sums.length_us = length_us;
		put(s, { calls: NONE, news: null, path: { bid: NONE, ask: NONE }, ends: new Map(), offers: null });
	},
	end_round(s) {
		betweenRounds(s);
		if (s.news?.type !== "trade") s.news = null;
	},
	extended(s) {
		const period = s.periods.at(-1);
		if (period) period.sums.length_us = s.clock.length;
	},
	lobby: (s, { taken, seats, robots = null }) => put(s, { seats: { ...s.seats, taken, seats, robots } }),
	robots: (s, { count: robots }) => put(s, { seats: { ...s.seats, robots } }),
	held: (s, { off = false }) => put(s, { waits: !off }),
	voided(s, { period, again = false }) {
		s.void.add(period);
		if (again) s.again += 1;
		s.surplus_before = sub(s.surplus_before, s.surplus_of.get(period) ?? 0);
		s.unpaid = sub(s.unpaid, s.unpaid_of.get(period) ?? 0);
		s.surplus_of.delete(period);
		s.unpaid_of.delete(period);
	},
	waiting: (s, { done, people }) => put(s, { waiting: { done, people } }),
	rules_changed(s, { period, ...said }) {
		const named = Object.entries(said).filter(([, rule]) => rule !== null);
		put(s, { rules_before: s.rules, rules: { ...s.rules, ...Object.fromEntries(named) }, rules_from: period });
	},
	stage_began(s, { stage }) {
		const [{ practice }, { counted, periods, progress }] = [s.clock, s];
		if (practice || counted) put(s, nothing()); // of practice nothing is kept
		if (practice && !counted) put(s, { counted: periods, periods: [] }); // nor shown behind it
		else if (!practice && counted) put(s, { counted: null, periods: counted });
		put(s, { stage, waiting: { done: 0, people: 0 }, responded: null, news: null });
		if (!progress || progress.stage < stage - 1) return;
		const { moved = false, left = false, failed = false } = progress;
		s.progress = { stage, moved, left, failed };
	},
	progress: (s, progress) => put(s, { progress }),
	responded: (s, responded) => put(s, { responded }),
	earned: (s, earned) => put(s, { earned }),
	schedule(s, { role, steps, period }, at) {
		const had = s.units;
		const total = steps.reduce((sum, [, quantity]) => sum + quantity, 0);
		s.units = refreshed({ ...NO_UNITS, role, steps, total }, s.rules);
		nextPeriod(s, period);
		periodOf(s, period).sums.role = role;
		s.words = s.words.filter((one) => one.kind !== "values_changed");
		const same = had.role === role && String(had.steps) === String(steps);
		if (had.steps !== NONE && !same && !s.rules.energy) putUp(s, "values_changed", "", at);
	},
	forecast(s, forecast) {
		const { period, load, pv } = forecast;
		s.household = { ...s.household, forecast, metered: null };
		s.units = NO_UNITS;
		nextPeriod(s, period);
		periodOf(s, period);
		s.day = last(s.day, [period, load, pv], DAY_SHOWN);
	},
	metered(s, metered) {
		s.household = { ...s.household, metered };
		s.surplus = periodOf(s, metered.period).settled = metered.gain;
	},
	set_battery: (s, battery) => put(s, { household: { ...s.household, battery } }),
	set_reservation: (s, reservation) => put(s, { household: { ...s.household, reservation } }),
	accepted: (s, { token }) => answered(s, token, null),
	refused: (s, { token, reason }) => answered(s, token, reason),
	announced(s, { text = "" }, at) {
		s.announced = printable(text, true);
		s.care = { ...s.care, private: false, answers: false };
		putUp(s, "announced", s.announced, at);
	},
	told(s, { text = "", answers = false }, at) {
		if (text) {
			s.announced = printable(text, true);
			s.care = { ...s.care, private: true, answers };
			putUp(s, "told", s.announced, at);
		}
		s.care = { ...s.care, help_asked: s.care.help_asked && !answers };
	},
	help_asked: (s, { withdrawn = false }) => put(s, { care: { ...s.care, help_asked: !withdrawn } }),
	passed_on: (s, { off = false }) => put(s, { care: { ...s.care, passed: !off } }),
	removed: (s, { off = false }) => put(s, { care: { ...s.care, removed: !off, help_asked: false } }),
	taken_over(s) {
		s.pending.clear();
		s.absence = { contracts: 0, gain: 0, until_period: null };
	},
	unpaid(s, { gain: gained }) {
		const [{ absence, unpaid_of }, { period }] = [s, s.clock];
		s.unpaid = add(s.unpaid, gained);
		unpaid_of.set(period, add(unpaid_of.get(period) ?? 0, gained));
		if (absence) s.absence = { ...absence, contracts: absence.contracts + 1, gain: add(absence.gain, gained) };
	},
	handed_back(s) {
		if (s.absence) s.absence = { ...s.absence, until_period: s.clock.period };
	},
	indicative: (s, { price, quantity }) => put(s, { indicative: { price, quantity } }),
	names: (s, { names }) => put(s, { seats: { ...s.seats, names } }),
	contracts() {}, // nobody asks here
};

export const KNOWN = new Set([...Object.keys(CLOCK), ...Object.keys(TOLD)]);

// --- the fold

export class Fold {
	/** @type {Record<string, any>} parts of the last view */
	kept = {};
	/** @type {Record<string, string>} states, as they were told last */
	states = { names: '{"names":[]}' };
	number = 0;
	strange = "";

	/** @param {T.Frame} welcome */
	constructor({ payload: { seat, session, rules } }) {
		this.session = /** @type {string} */ (session);
		this.state = /** @type {T.State} */ ({
			...{ seat, version: 1, rules: shownText(rules), rules_before: null, rules_from: 1, clock: newClock(rules) },
			...{ stage: -1, waiting: { done: 0, people: 0 }, seats: { taken: 0, seats: 0, robots: null, names: NONE } },
			...{ waits: false, void: new Set(), again: 0, progress: null, responded: null, earned: null, announced: "" },
			care: { private: false, answers: false, help_asked: false, passed: false, removed: false },
			...{ helps: new Set(), words: NONE, periods: [], counted: null, quotes: { bid: NONE, ask: NONE } },
			...{ path: { bid: NONE, ask: NONE }, day: NONE, indicative: null, pending: new Map(), news: null, lost: null },
			...{ absence: null, called_at: null, traded_at: null, ends: new Map() },
			...nothing(),
		});
	}

	/** @param {T.Frame} frame */
	received({ directive, payload }) {
		if (directive === "welcome" && payload.seat !== this.state.seat) Object.assign(this, new Fold({ directive, payload }));
		else if (directive === "welcome") this.lost(null);
		if (directive !== "feed") return;
		const { first, facts = NONE, state = NONE } = payload;
		for (const fact of facts.slice(Math.max(0, this.number + 1 - first))) this.fold(fact);
		this.number = Math.max(this.number, first + facts.length - 1);
		for (const { directive: name, payload: said } of state) {
			const text = JSON.stringify(said);
			if (!["indicative", "names"].includes(name) || this.states[name] === text) continue;
			this.states[name] = text;
			TOLD[name](this.state, said, 0);
			this.state.version += 1;
		}
	}

	/** @param {T.Fact} fact */
	fold({ directive, payload, at }) {
		if (!KNOWN.has(directive)) this.strange ||= directive;
		CLOCK[directive]?.(this.state.clock, payload, at);
		TOLD[directive]?.(this.state, payload, at);
		trace(this.state, at);
		this.state.version += 1;
	}

	/** @type {(token: number, message: T.Message) => void} */
	sent(token, { directive, payload = {} }) {
		if (directive === "help") {
			this.state.helps.add(token);
			return;
		}
		this.state.pending.set(token, { directive, message: payload });
		this.state.version += 1;
	}

	takeDownWords() {
		this.state.words = NONE;
		this.state.version += 1;
	}

	/** @param {string | null} why null: it is there */
	lost(why) {
		this.state.lost = why;
		this.state.version += 1;
	}

	/** @type {(now: number, results?: boolean) => T.ViewState} */
	view(now, results = false) {
		const s = this.state;
		const { seat, version, rules, rules_before, rules_from, seats, calls, indicative } = s;
		const { news, announced, absence, care, day } = s;
		const [period, stage] = [s.periods.at(-1), this.part("stage", this.stageView())];
		const periods = stage && s.clock.practice ? stage.shown.periods : rules.periods + s.again;
		return {
			...{ now, version, seat, rules, rules_before, rules_from, seats, calls, indicative, stage },
			...{ news, announced, absence, care, welfare: null },
			sees_contracts: ["ticker", "book"].includes(rules.information),
			clock: this.part("clock", clockView(s.clock, now, periods, s.waits)),
			...{ bid: this.sideView("bid"), ask: this.sideView("ask"), own: this.ownView() },
			deals: period?.deals ?? NONE,
			period: period ? this.part("period", periodView(s, period)) : null,
			chart: this.part("chart", { others: period?.others ?? NONE, own: period?.mine ?? NONE }),
			household: rules.energy ? this.part("household", { ...s.household, day }) : null,
			pending: this.part("pending", [...s.pending.values()].slice(-LISTED)),
			line: this.part("line", { lost: s.lost, unheard: 0 }),
			results: results ? resultsView(s) : null,
			words: this.part("words", s.words.filter((one) => now - one.at < WORDS_US)),
			earned: this.part("earned", earnedView(s.earned, rules)),
		};
	}

	/** That of the view before, where it says the same. @type {<Part>(name: string, now: Part) => Part} */
	part(name, now) {
		return (this.kept[name] = keep(this.kept[name], now));
	}

	/** @type {(side: T.Side) => T.SideView} */
	sideView(side) {
		const { standing, quotes, path, levels } = this.state;
		const { price, quantity, mine } = standing[side];
		levels[side] ??= levelsOf(this.state, side);
		const lists = { quotes: quotes[side], levels: /** @type {T.Level[]} */ (levels[side]), path: path[side] };
		return this.part(side, { price, quantity, mine: mine && price !== null, ...lists });
	}

	/** @type {() => T.OwnView} */
	ownView() {
		const s = this.state;
		const { units, prices, surplus, surplus_before, unpaid } = s;
		if (!s.offers) {
			const open = [...s.orders.values()].sort((one, other) => other.order - one.order);
			const orders = open.slice(0, LISTED).map((one) => ({ ...one, ends_us: s.ends.get(one.order) ?? null }));
			s.offers = { offered: open.reduce((sum, one) => sum + one.quantity, 0), orders };
		}
		const surplus_total = s.void.has(s.own_period) ? surplus_before : add(surplus_before, surplus);
		const step_left = nextStep(units)?.[1] ?? 0;
		return this.part("own", { ...units, step_left, prices, surplus, surplus_total, unpaid, ...s.offers });
	}

	/** @type {() => T.StageView | null} */
	stageView() {
		const { rules, stage, waiting, responded, progress } = this.state;
		const { stage: number, ...told } = progress ?? { stage };
		const shown = rules.stages[number];
		if (!shown) return null;
		return {
			...{ read: 0, asked: NONE, settled: NONE, done: false, moved: false, left: false, failed: false, ...told },
			...{ number, stages: rules.stages.length, shown, behind: number < stage, responded },
			...{ others_done: waiting.done, people: waiting.people },
		};
	}
}
