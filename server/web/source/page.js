// @ts-check
// The page: screens of a trader and of the public, drawn from a ViewState (p2p/information/view_state.py) and from nothing else.
// Words of others become text nodes: nothing here makes markup of strings.
import { Fold, atWorst, gain, printable } from "./fold.js";
import { Line } from "./wire.js";

/** @typedef {any} View @typedef {any} Rules */

// --- sentences and numbers: twins of p2p/texts/catalogue.py and tui/model/number_format.py

/** @type {any} */
let TEXTS = {};
/** @param {any} texts */
export const setTexts = (texts) => void (TEXTS = texts);
/** @param {string} key @returns {string | undefined} */
const found = (key) => key.split(".").reduce((at, name) => at?.[name], TEXTS);

/** A sentence of the catalogue; fields are text, whole numbers, {units, decimals} or {seconds}. @param {string} key @param {any} [fields] */
export function T(key, fields = {}) {
	return (found(key) ?? key).replace(/\{(\w+)((?:\|[^|{}]*)*)\}/g, (_, name, forms) => {
		const field = fields[name];
		return forms ? forms.split("|")[(field?.units ?? field) == 1 && !field.decimals ? 1 : 2] : written(field);
	});
}
/** @param {string} key @param {any} [fields] */
const t = (key, fields) => T(`page.${key}`, fields);

/** @param {any} field @returns {string} */
function written(field) {
	if (field == null || typeof field === "string") return field ?? "";
	const { seconds: s, units = field, decimals = 0 } = field;
	if (s !== undefined) return s >= 60 && s % 60 === 0 ? T("format.minutes", { n: s / 60 }) : T("format.seconds", { n: shortest(s) });
	const text = String(units).replace("-", "").padStart(decimals + 1, "0"), point = text.length - decimals;
	return (units < 0 ? "−" : "") + text.slice(0, point) + (decimals ? TEXTS.format.decimal + text.slice(point) : "");
}

/** @param {number} value */
function shortest(value) {
	const text = fixed(value, 6).replace(/\.?0+$/, ""), part = text.split(".")[1];
	return part ? { units: Number(text.replace(".", "")), decimals: part.length } : Number(text);
}

/** Decimals as Python writes them: an exact half goes to the even digit. @param {number} value @param {number} n */
function fixed(value, n) {
	const scaled = Math.abs(value) * 10 ** n, half = (value * 2 ** (n + 1)) % 1 === 0 && scaled % 1 === 0.5;
	return half && Math.floor(scaled) % 2 === 0 ? (Math.sign(value) * Math.floor(scaled) / 10 ** n).toFixed(n) : value.toFixed(n);
}

/** @param {string} currency @returns {[number, string]} */
function shownIn(currency) {
	const part = /^0\.(0*)1 (.+)$/s.exec(currency);
	return part ? [part[1].length + 1, part[2]] : [0, currency];
}

/** @type {any} */
let kept = {};
/** How a market's numbers are written. @param {Rules} rules */
export function figures(rules) {
	if (kept.rules === rules) return kept;
	const [decimals, unit] = shownIn(rules.currency), e = rules.energy, per = 10 ** decimals, abs = (m) => (m < 0 ? -m : m);
	const of = (m, by, n) => (n ? fixed(Number(m) / by, n) : String(m));
	const money = (m) => of(m, e ? e.money_per_unit : per, e ? 2 : decimals);
	return (kept = {
		rules, decimals, unit, per, money, energy: !!e, moneyUnit: e ? e.money_unit : unit,
		many: !!rules.capabilities.many_units && rules.terms.units !== "one",
		price: (p) => of(p, per, decimals),
		mean: (p) => of(p, per, decimals + 1),
		signed: (m) => (/[1-9]/.test(money(m)) ? (m > 0 ? "+" : "−") : "") + money(abs(m)),
		gained: (g) => (g == null ? "" : t(g < 0 ? "loss" : "gain", { money: money(abs(g)) + (e ? ` ${e.money_unit}` : "") })),
		quantity: (n) => t(e ? "wh" : n == 1 ? "one" : "many", { n }),
		times: (n) => (n != 1 || e ? ` × ${n}` : ""),
		/** @param {string} text @returns {number | null} */
		typed(text) {
			const [whole, part = ""] = text.trim().split(".");
			return /^\d+(\.\d*)?$|^\.\d+$/.test(text.trim()) && part.length <= decimals && (decimals || !text.includes(".")) ? Number(whole + part.padEnd(decimals, "0")) : null;
		},
	});
}

/** @param {number | null} us */
const clock = (us) => {
	const s = Math.max(0, Math.ceil((us ?? 0) / 1e6));
	return us == null ? "–:––" : `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
};

// --- rules in words: the twin of p2p/information/rules_text.py

/** An exact decimal as [units, digits behind the point]. @param {number} number @returns {[bigint, number]} */
function exact(number) {
	const [mantissa, e = 0] = String(number).split("e"), [whole, part = ""] = mantissa.split("."), scale = part.length - Number(e);
	return [BigInt(whole + part) * 10n ** BigInt(Math.max(0, -scale)), Math.max(0, scale)];
}
/** @param {bigint} units @param {number} scale digits that it needs, six at the most */
function digits(units, scale) {
	let n = 0;
	while (n < 6 && (units * 10n ** BigInt(n)) % 10n ** BigInt(scale)) n++;
	return n;
}

/** Sentences of a section, as keys with fields. @param {string} section @param {Rules} r @param {string | null} [role] @param {number | null} [robots]
 * @returns {[string, any][]} */
export function sentences(section, r, role = null, robots = null) {
	/** @type {[string, any][]} */
	const out = [], add = (when, key, fields = {}) => when && out.push([`rules.${section}.${key}`, fields]);
	const can = r.capabilities, terms = r.terms, energy = r.energy, [decimals, unit] = shownIn(r.currency);
	const price = (units) => ({ units, decimals }), percent = (share) => shortest(100 * share), span = (seconds) => ({ seconds });
	const money = (m) => {
		if (!energy) return { ...price(m), unit };
		const per = BigInt(energy.money_per_unit), size = BigInt(Math.abs(m));
		let n = 2;
		while (n < 6 && (size * 10n ** BigInt(n)) % per) n++;
		const scaled = size * 10n ** BigInt(n), whole = scaled / per, rest = 2n * (scaled % per);
		const units = whole + (rest > per || (rest === per && whole % 2n) ? 1n : 0n);
		return { units: m < 0 ? -units : units, decimals: n, unit: energy.money_unit };
	};
	const life = terms.order_life ?? "interval", several = r.call?.calls > 1, c = r.call ?? {}, k = c.k ?? 0.5;
	const known = { 0: "price_low", 0.5: "price_middle", 1: "price_high" }[k];
	if (section === "start") {
		add(1, "title", { title: r.title });
		add(1, r.starts_when_full ? "when_full" : "experimenter");
	} else if (section === "market") {
		add(1, r.fewer ? "size_at_most" : "size", { traders: r.traders, periods: r.periods });
		add(r.end_probability, "random_end", { percent: percent(r.end_probability), periods: r.periods });
		add(r.period_s != null, "length", { period: span(r.period_s) });
		add(r.break_s != null && r.periods > 1, r.break_s ? "pause" : "no_pause", { pause: span(r.break_s) });
		add(r.markets > 1, r.market == null ? "side_by_side" : r.own_rules ? "own_rules" : "side_by_side_in", { markets: r.markets, market: r.market + 1 });
		add(r.rules_change, "rules_change");
		add(1, "prices", { low: price(r.price_min), high: price(r.price_max), unit, tick: price(r.tick) });
		if (energy) {
			const b = energy.battery;
			add(1, "day", { time: energy.starts_at, minutes: energy.interval_min });
			add(1, "forecast");
			add(energy.tariffs_at?.length, "tariffs", { times: energy.tariffs_at?.join(", ") });
			add(1, energy.noise ? "noise" : "exact", { noise: percent(energy.noise) });
			if (b) add(1, "battery", { capacity: shortest(b.capacity_kwh), power: shortest(b.power_kw), efficiency: percent(b.round_trip_efficiency), least: percent(b.soc_min), most: percent(b.soc_max) });
			add(energy.end_value || b, "end_value", { price: price(energy.end_value), unit });
		} else {
			add(1, role ? `values_${role}` : "values");
			add(1, r.values_change ? "values_change" : "values_same");
			if (r.drawn) {
				const d = r.drawn, c = d.costs;
				add(1, c ? "drawn_sides" : "drawn", { low: price(d.low), high: price(d.high), least: c && price(c.low), most: c && price(c.high), unit });
			}
			add(1, "values_private");
		}
	} else if (section === "trade") {
		if (can.collects) {
			add(1, "call");
			add(1, several ? "call_several" : "call_at_end", { calls: c.calls });
			if (c.pricing === "ask") add(1, "at_asks");
			else {
				add(1, "uniform");
				add(1, known ?? "price_between", { percent: percent(k) });
				add(1, `rounded_${c.rounding ?? "nearest"}`);
				add(1, c.rationing === "pro_rata" ? "ration_share" : "ration_earlier");
			}
			if (c.feeder_cap_kw != null) {
				const [cap, s1] = exact(c.feeder_cap_kw), [minutes, s2] = exact(c.interval_min ?? 5);
				add(1, "feeder", { power: shortest(c.feeder_cap_kw), energy: (cap * 1000n * minutes) / (60n * BigInt(c.calls ?? 1) * 10n ** BigInt(s1 + s2)) });
				add(c.pricing !== "ask", `rent_${c.congestion_rent ?? "operator"}`);
			}
			add(1, life === "session" ? "left_any_call" : !several ? "left_period" : life === "interval" ? "left_call" : "left_next_call");
		} else if (can.posts) {
			add(1, "posted-offer");
			add(1, r.posting?.post_s != null ? "post_for" : "post_third", { span: span(r.posting?.post_s) });
			add(1, "posted_takes");
		} else if (can.resets_on_contract) {
			add(1, "standing");
			add(1, terms.improvement === false ? "standing_newest" : "standing_improves");
		} else if (can.has_book) {
			add(1, "continuous");
			add(1, `price_${terms.contract_price ?? "earlier"}`);
			add(1, "withdraw");
			add(terms.replace_own, "replace_own");
			add(1, terms.order_life_s != null ? "left_life" : life === "session" ? "left_session" : "left_period", { life: span(terms.order_life_s) });
		} else add(1, "other", { name: r.institution });
		add(terms.improvement && !can.resets_on_contract, "improves");
		for (const end of ["ceiling", "floor"]) add(terms[`price_${end}`] != null, end, { price: price(terms[`price_${end}`]), unit });
		add((terms.quotes ?? "both") !== "both" && !can.posts, `quotes_${terms.quotes}`);
		add(terms.units === "one", "one_unit");
		add(terms.units !== "one" && !energy && can.many_units, "many_units");
		add(terms.self_trade === "cancel_resting", "self_trade");
	} else if (section === "see") {
		const shown = r.information;
		add(1, can.collects ? `call_${shown}` : can.posts ? `posted_${shown}` : can.has_book ? shown : /side$/.test(shown) ? `standing_${shown}` : /ticker|book/.test(shown) ? "nothing_behind" : shown);
		add(1, `identities_${r.identities}`);
		add(r.names, "names");
		add(1, r.spectators ? "spectators" : "no_spectators");
		add(r.spectators && r.demonstration, "demonstration");
		add(r.reveals, "reveals");
		add(1, "recorded");
	} else if (section === "earn") {
		for (const key of energy ? ["need_not_energy", "no_resale_energy", "energy"] : ["need_not", "no_resale", role || "both"]) add(1, key);
		const one = 10 ** decimals, kwh = money(one * 1000);
		add(energy, "money", { price: price(one), unit, money: kwh, money_unit: kwh.unit });
		add(1, !r.no_loss ? "may_lose" : energy ? "no_loss_energy" : "no_loss");
		add(!r.no_loss && r.loss_confirm, "confirm");
		const floor = money(-(r.loss_floor ?? 0)), fee = money(r.charges.commission ?? 0);
		add(r.loss_floor != null, "floor", { floor, unit: floor.unit });
		add(r.charges.commission, "commission", { money: fee, unit: fee.unit });
		for (const side of ["buyer", "seller"]) {
			const tax = r.charges[`tax_${side}`];
			add(tax, `${tax > 0 ? "tax" : "subsidy"}_${side}_${energy ? "energy" : "unit"}`, { price: price(Math.abs(tax)), unit });
		}
		if (energy?.fees) add(1, "grid_fee", { low: price(energy.fees[0]), high: price(energy.fees[1]), unit });
		const p = r.payment;
		if (p) {
			const least = Math.max(2, digits(...exact(p.step)), digits(...exact(p.fee))), pay = p.currency;
			const amount = (number, times = 1n) => {
				const [units, scale] = exact(number), n = Math.max(least, digits(units * times, scale)), ten = 10n ** BigInt(scale);
				return { units: (2n * units * times * 10n ** BigInt(n) + ten) / (2n * ten), decimals: n };
			};
			add(1, "pay_rate", { unit: floor.unit, money: amount(p.rate, 100n), pay });
			add(1, p.paid === "sum" ? "pay_sum" : `pay_one_${p.draw}`);
			add(1, p.floor === 0 ? "pay_no_loss" : `pay_floor_${p.floor > 0 ? "above" : "below"}`, { money: amount(Math.abs(p.floor)), pay });
			add(p.fee, "pay_fee", { money: amount(p.fee), pay });
			add(p.base, "pay_base", { money: amount(p.base), pay });
			add(1, `pay_rounded_${p.rounding}`, { step: amount(p.step), pay });
		}
		add(r.stages.some((one) => one.at_cap === "base_pay"), "pay_questions");
	} else if (section === "robots" && r.robots) {
		add(1, "may_trade");
		add(robots, "seats_now", { count: robots });
		add(r.fills_seats, "fills");
		const [law, given = ""] = r.reaction.split(":"), [first = r.reaction_mean_s, second] = given.split("-").filter(Boolean).map(Number);
		const s = second ?? 0.5, end = (sign) => span(Number(fixed(Math.exp(Math.log(first) - s ** 2 / 2 + sign * s), 2)));
		const [low, high] = law === "lognormal" ? [end(-1), end(1)] : second == null ? [span(0), span(2 * first)] : [span(first), span(second)];
		add(1, `reaction_${law}`, { mean: span(first), low, high });
	} else if (section === "connection") add(1, (r.takeover_after_s == null ? "passes" : "takeover") + (terms.lost_line === "cancel" ? "_cancel" : ""), { grace: span(r.takeover_after_s) });
	return out;
}

const SECTIONS = ["start", "market", "trade", "see", "earn", "robots", "connection"];
const inWords = (said) => said.map(([key, fields]) => T(key, fields)).join(" ");

/** Heading and text of each section that a page shows. @param {Rules} r @returns {string[][]} */
export function paragraphs(r, role = null, robots = null) {
	const pages = SECTIONS.slice(1).map((name) => [name, inWords(sentences(name, r, role, robots))]);
	return [...pages, ["instructions", r.instructions.trim() || T("rules.instructions.none")]].filter((one) => one[1]).map(([name, text]) => [T(`rules.heading.${name}`), text]);
}

/** The change of rules that a period brings: the twin of p2p/information/changed_rules.py. @param {number} period @param {Rules} before @param {Rules} after */
export function changesText(period, before, after) {
	const all = (r) => SECTIONS.flatMap((name) => sentences(name, r));
	const text = (one) => one[0] + JSON.stringify(one[1], (_, v) => (typeof v === "bigint" ? `${v}` : v));
	const said = all(before), now = all(after), old = said.map(text), keys = now.map((one) => one[0]);
	const fresh = now.filter((one) => !old.includes(text(one))), gone = said.filter((one) => !keys.includes(one[0]));
	return [fresh.length && T("changes.from", { period, said: inWords(fresh) }), gone.length && T("changes.no_longer", { said: inWords(gone) })].filter(Boolean).join(" ");
}

// --- orders before they are sent: as tui/entry/ has them, as far as no server is needed to say no

/** @type {any} */
const OTHER = { bid: "ask", ask: "bid" }, SIDE = { buyer: "bid", seller: "ask" };
const better = (side, a, b) => (side === "bid" ? a > b : a < b);
const can = (v) => v.rules.capabilities;
const message = (directive, /** @type {any} */ payload = {}) => ({ directive, payload });
const amountOf = (quantity) => (quantity === 1 ? {} : { quantity });
/** Why nothing can be sent now, or "". @param {View} v */
const closed = (v) => (v.clock.paused ? t("why_paused") : v.clock.open ? "" : T("refused.not_open"));
/** Why one cannot trade now, or "". @param {View} v */
function idle(v) {
	const { posting } = v.clock, seller = v.own.role === "seller", no = !v.own.units_left ? "no_units_left" : !can(v).posts ? "" : !seller ? posting && "still_posting" : v.own.orders.length ? "posted_already" : !posting && "posting_is_over";
	return closed(v) || (no ? T(`refused.${no}`) : "");
}

/** Why so much cannot be offered or taken at a price, or "". @param {View} v @param {number} price @param {number} quantity @param {boolean} taking @param {any} [instead] */
function refusal(v, price, quantity, taking, instead = null) {
	const own = v.own, left = own.units_left, what = figures(v.rules).quantity(left), resets = can(v).resets_on_contract;
	const way = v.pending.reduce((n, one) => n + (/buy|sell/.test(one.directive) ? (one.message.quantity ?? 1) : 0), 0), offered = own.offered - (instead?.quantity ?? 0);
	if (quantity > left) return t("why_left", { what });
	if (taking && way && quantity > left - way) return t("why_waits");
	if (!taking && !resets && offered + quantity > left) return t("why_offered", { what, n: offered });
	return v.rules.no_loss && atWorst(v, price, quantity, taking, instead) < 0 ? T("refused.would_lose") : "";
}

/** The price in a typed text, or its fault. @param {string} text @param {Rules} r @returns {number | string} */
export function priceTyped(text, r) {
	const f = figures(r), { price_ceiling: top, price_floor: floor } = r.terms, price = f.typed(text), unit = f.unit;
	if (!text.trim()) return t("why_none");
	if (price === null) return t(f.decimals ? "why_decimals" : "why_whole", { unit, n: f.decimals });
	if (price < r.price_min || price > r.price_max) return t("why_range", { low: f.price(r.price_min), high: f.price(r.price_max), unit });
	const low = price - ((price - r.price_min) % r.tick);
	if (low !== price) return t("why_tick", { tick: f.price(r.tick), low: f.price(low), high: f.price(low + r.tick) });
	if (top != null && price > top) return t("why_ceiling", { price: f.price(top) });
	return floor != null && price < floor ? t("why_floor", { price: f.price(floor) }) : price;
}

/** A quantity that is typed, or the usual one: a unit, all of one's energy, all units of a post. @param {View} v @param {string} text @param {boolean} taking
 * @returns {number | string} */
function quantityTyped(v, text, taking) {
	const own = v.own, f = figures(v.rules);
	if (text) return /^\d{1,10}$/.test(text) && +text ? +text : t("why_quantity");
	if (can(v).posts && own.role === "seller" && !taking) return Math.max(1, own.units_left);
	return f.energy && f.many ? Math.max(1, own.units_left - (taking ? 0 : own.offered)) : 1;
}

/** The one open order whose place a better price takes. @param {View} v @param {string} side @param {number} price @param {string} quantity */
function bettered(v, side, price, quantity) {
	const [one, more] = v.own.orders;
	return one && !more && !quantity && can(v).withdraws && one.side === side && better(side, price, one.price) ? one : null;
}

/** The order that typed texts make, or why there is none. @param {View} v @param {string} side @param {string} text @param {string} [many] @param {any} [instead]
 * @returns {{directive: string, payload: any} | string} */
export function quoting(v, side, text, many = "", instead = null) {
	const price = instead && !text ? instead.price : priceTyped(text, v.rules);
	if (typeof price === "string") return price;
	instead ??= bettered(v, side, price, many);
	const quantity = instead && !many ? instead.quantity : quantityTyped(v, many, false);
	if (typeof quantity === "string") return quantity;
	return (instead ? closed(v) : idle(v)) || refusal(v, price, quantity, false, instead) || (instead ? message("replace", { order: instead.order, price, ...amountOf(quantity) }) : message(side, { price, ...amountOf(quantity) }));
}

/** The acceptance of the other side's quote as it is shown, or why there is none. @param {View} v @param {string} side @param {string} [many] */
export function accepting(v, side, many = "") {
	const quantity = quantityTyped(v, many, true), price = v[OTHER[side]].price, buys = side === "bid";
	if (typeof quantity === "string") return quantity;
	if (price == null || idle(v)) return idle(v) || t(buys ? "why_no_ask" : "why_no_bid");
	return refusal(v, price, quantity, true) || message(buys ? "buy" : "sell", { price, ...amountOf(quantity) });
}

/** The possible loss that is asked about before a message is sent; 0 where nobody is asked. @param {View} v @param {any} what */
function risk(v, { directive: d, payload: { price, quantity = 1, order } }) {
	if (!v.rules.loss_confirm || price == null || d === "set_reservation") return 0;
	return -Number(atWorst(v, price, quantity, d === "buy" || d === "sell", v.own.orders.find((one) => one.order === order)));
}

/** The effect of a quote in a few words. @param {View} v @param {any} side @param {any} what */
export function outlook(v, side, { directive, payload: { price, quantity = 1, order } }) {
	const f = figures(v.rules), other = v[OTHER[side]].price, mine = v[side].price, resets = can(v).resets_on_contract, g = f.gained(gain(v, side, price, quantity));
	const old = directive === "replace" && v.own.orders.find((one) => one.order === order), first = old ? `${t("replaces", { side, price: f.price(old.price) })}; ` : "";
	if (can(v).collects) return first + t("if_called", { gain: g });
	if (other != null && !better(side, other, price)) return first + (resets ? t("meets", { side: OTHER[side], price: f.price(other), gain: f.gained(gain(v, side, other, 1)) }) : t("at_once", { price: f.price(price), gain: g }));
	if (resets && mine != null && !better(side, price, mine)) return t("not_better", { side, price: f.price(mine) });
	return first + t(resets ? "if_accepted" : "if_trades", { gain: g });
}

/** One tick up or down from the typed price; from nothing, one better than the quote that stands, if one does. @param {View} v @param {string} side @param {string} text @param {boolean} up */
export function stepPrice(v, side, text, up) {
	const { tick, price_min: low, price_max: high, terms } = v.rules, typed = priceTyped(text, v.rules), now = v[side].price, bid = side === "bid";
	if (typeof typed !== "number" && now == null) return null;
	const price = typeof typed === "number" ? typed + (up ? tick : -tick) : now + (bid ? tick : -tick);
	const floor = low + Math.ceil(((terms.price_floor ?? low) - low) / tick) * tick, top = high - Math.ceil((high - (terms.price_ceiling ?? high)) / tick) * tick;
	return Math.min(Math.max(price, low, floor), high, top);
}

// --- drawing: a tree of plain objects is laid over what stands; what has the focus is never made anew

/** A part: `tag.class#key`, its properties, its parts. @returns {any} */
function h(/** @type {string} */ name, /** @type {any[]} */ ...kids) {
	const [, tag, classes, key] = /** @type {any} */ (/^(\w+)([^#]*)#?(.*)$/.exec(name)), first = kids[0];
	const props = first && typeof first === "object" && !Array.isArray(first) && !first.tag ? kids.shift() : {};
	if (classes) props.class = classes.slice(1).replace(/\./g, " ");
	return { tag, props, key: props.key ?? (key || undefined), kids: kids.flat(5).filter((kid) => kid != null && kid !== false && kid !== "") };
}
const bdi = (text) => h("bdi", String(text));
const SVG = "http://www.w3.org/2000/svg";

function patch(el, kids, svg = false) {
	const keyed = new Map([...el.childNodes].map((node) => [node.key, node]));
	let next = el.firstChild;
	for (const kid of kids) {
		const tag = kid.tag ?? "#", inSvg = svg || tag === "svg";
		let node = kid.key != null ? keyed.get(kid.key) : next?.key == null ? next : null;
		if (node?.tag !== tag) {
			node = tag === "#" ? document.createTextNode("") : inSvg ? document.createElementNS(SVG, tag) : document.createElement(tag);
			Object.assign(node, { tag, key: kid.key, had: {} });
		}
		if (node === next) next = next.nextSibling;
		else el.insertBefore(node, next);
		if (tag === "#") {
			const text = printable(String(kid), true);
			if (node.data !== text) node.data = text;
			continue;
		}
		for (const name in node.had) if (!(name in kid.props)) name.startsWith("on") ? (node[name] = null) : node.removeAttribute(name);
		for (const [name, value] of Object.entries(kid.props)) {
			if (/^(on.*|value|checked)$/.test(name)) node[name] === value || (node[name] = value);
			else if (node.had[name] !== value && name !== "key") value == null || value === false ? node.removeAttribute(name) : node.setAttribute(name, value === true ? "" : printable(String(value)));
		}
		node.had = kid.props;
		patch(node, kid.kids, inSvg);
	}
	while (next) {
		const gone = next;
		next = next.nextSibling;
		gone.remove();
	}
}

/** A table; a row is its cells, or {cls, cells}. */
const table = (caption, heads, rows, cls = "") => h(`div.scroll`, caption && (rows.length > 7 || cls === "broad") ? { tabindex: "0", role: "group", "aria-label": caption } : {}, h("table", { class: cls }, caption && h("caption.sr", caption),
	h("thead", h("tr", heads.map((one) => h("th", { scope: "col" }, one)))), h("tbody", rows.map((row) => h("tr", { class: row.cls }, (row.cells ?? row).map((one) => h("td", one)))))));
const button = (label, onclick, props = {}) => h("button", { type: "button", onclick, ...props }, label);
const off = (when) => (when ? { "aria-disabled": "true" } : {});
const panel = (key, title, ...kids) => h(`section.panel.${key}#${key}`, { "aria-label": title }, h("h2", { tabindex: "-1" }, title), ...kids);
const list = (items) => h("ul", items.map((one) => h("li", one)));
const pairs = (items) => h("dl", items.filter(Boolean).map(([name, ...words]) => h("div", h("dt", name), h("dd", words))));
/** A text field whose words are kept in `ui`. */
const field = (label, key, props = {}, hint = "") => h(`label.field#${key}`, h("span", label), h(props.rows ? "textarea" : "input", { id: key, autocomplete: "off", value: ui[key], oninput: (e) => set({ [key]: e.target.value, told: "", asked: "" }), ...props }), hint && h("small", hint));

// --- Markdown, as far as the texts of stages have it

function inline(text) {
	const out = [], sign = /\\([\\`*_[\]<>#|-])|`([^`]+)`|(\*\*|__)(.+?)\3|([*_])(\S.*?)\5(?!\w)|\[([^\]]+)\]\(([^)\s]*)\)/g;
	let at = 0;
	for (const m of text.matchAll(sign)) {
		const link = /^https?:\/\//.test(m[8]) && h("a", { href: m[8], rel: "noopener noreferrer", target: "_blank" }, m[7]);
		out.push(text.slice(at, m.index), m[1] ?? (m[2] ? h("code", m[2]) : m[4] ? h("strong", inline(m[4])) : m[6] ? h("em", inline(m[6])) : link || m[7]));
		at = m.index + m[0].length;
	}
	return [...out, text.slice(at)];
}

/** @param {string} text @returns {any[]} */
export function markdown(text) {
	const lines = text.split(/\r?\n/), out = [], item = /^\s*([-*+]|\d+[.)])\s+/, cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((one) => inline(one.trim()));
	const take = (test, got = []) => {
		while (lines.length && test(lines[0])) got.push(lines.shift());
		return got;
	};
	while (lines.length) {
		const line = lines[0], head = /^(#{1,6})\s+(.*)/.exec(line);
		if (!line.trim()) lines.shift();
		else if (head) out.push(h(`h${Math.min(6, head[1].length + 2)}`, inline(head[2]))), lines.shift();
		else if (line.startsWith("```")) out.push(h("pre", (lines.shift(), take((one) => !one.startsWith("```")).join("\n")))), lines.shift();
		else if (/^\s*([-*_]\s*){3,}$/.test(line)) out.push(h("hr")), lines.shift();
		else if (/^\s*>/.test(line)) out.push(h("blockquote", markdown(take((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*> ?/, "")).join("\n"))));
		else if (item.test(line)) {
			const items = take((one) => item.test(one) || /^\s+\S/.test(one)).join("\n").split(/\n(?=\s*(?:[-*+]|\d+[.)])\s)/);
			out.push(h(/^\s*\d/.test(line) ? "ol" : "ul", items.map((one) => h("li", inline(one.replace(item, "").replace(/\s+/g, " "))))));
		} else if (/^\s*\|/.test(line) && /^[\s|:-]+$/.test(lines[1] ?? "")) {
			const [top, , ...rows] = take((one) => /^\s*\|/.test(one)).map(cells);
			out.push(table("", top, rows));
		} else out.push(h("p", inline([lines.shift(), ...take((one) => one.trim() && !/^(#{1,6}\s|```|\s*>|\s*\|)/.test(one) && !item.test(one))].join(" "))));
	}
	return out;
}

// --- the state of this window beside the view

const WATCH = typeof location !== "undefined" && /\/watch\/?$/.test(location.pathname);
/** @type {any} what is typed, chosen and asked; `screen` is start, connecting, live, taken or over */
const ui = { screen: "start", price: "", many: "", watt: "", limit: "", asked: "", told: "", page: 0, of: -1, pick: null, words: "", sure: 0, name: "", code: "", label: "", error: "", wants: [], down: -1, width: 320, period: 0, quietTo: 0, typing: "" };
/** @type {any} */
let fold, line, reveal;
/** @type {View} */
let view;
let due = 0, waits = 0;

/** Draw in the next frame. */
const draw = () => void (due ||= requestAnimationFrame(paint));
/** What the market says is drawn twenty times a second at the most. */
const drawSoon = () => void (waits ||= setTimeout(() => ((waits = 0), draw()), 50));
const set = (changes) => (Object.assign(ui, changes), draw());
const live = (id, text) => {
	const at = document.getElementById(id);
	if (at && text) at.textContent = at.textContent === text ? `${text} ` : text;
};
const tell = (told) => (set({ told }), live("alert", told));

/** Hand a message to the line; false if it could not be said. */
function say(what) {
	const { token, why } = line.say(what);
	if (token) fold.sent(token, what);
	else tell(`✘ ${T("stage.unsent", { why })}`);
	draw();
	return token;
}

/** Say an order; one that could lose money is asked about once more. */
function order(what, word = "") {
	if (typeof what === "string") return tell(`✘ ${T("stage.unsent", { why: what })}`);
	const lost = risk(view, what), f = figures(view.rules), same = word + JSON.stringify(what);
	if (lost && ui.asked !== same) return (ui.asked = same), tell(`? ${t("asked", { money: f.money(lost), unit: f.moneyUnit })}`);
	if (lost) what.payload.confirmed = true;
	if (say(what)) set({ asked: "", told: "", ...(["bid", "ask", "replace"].includes(what.directive) ? { price: "", many: "" } : {}) });
}

// --- words

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
function orderWords(sent, f) {
	if (!sent) return t("your_order");
	const { directive: d, message: m } = sent, price = m.price == null ? "" : f.price(m.price), n = f.times(m.quantity ?? 1);
	if (OTHER[d]) return `${d} ${price}${n}`;
	if (d === "buy" || d === "sell") return `${d}${price && ` at ${price}`}${n}`;
	return found(`stage.said.${d}`) ?? t(`said_${d}`, { order: m.order, price: price + n, watt: m.target_w ?? t("own_rule") });
}

/** The last answer or own trade in a sentence, after its sign. */
function newsWords(v, f) {
	const news = v.news, say = f.price;
	if (!news) return "";
	if (news.type === "trade") return `◆ ${t(`own_${news.role}`, { what: f.quantity(news.quantity), price: say(news.price) + (news.price_to == null ? "" : `–${say(news.price_to)}`), gain: f.gained(news.profit) })}`;
	if (news.type === "expired") return `○ ${t(news.life_over ? "expired_life" : "expired", { side: news.side, price: say(news.price) })}`;
	const what = orderWords(news.sent, f);
	return news.refused == null ? `✓ ${t("accepted", { what })}` : `✘ ${t("refused", { what, why: found(`refused.${news.refused}`) ?? news.refused })}`;
}

function stageWords(v) {
	const c = v.clock, where = v.rules.market == null ? "" : `${t("market", { n: v.rules.market + 1 })} · `;
	if (c.phase === "lobby" || c.phase === "ended") return where + t(c.phase);
	if (inStage(v)) return where + T("stage.number", { number: v.stage.number + 1, stages: v.stage.stages });
	return where + T(c.practice ? "stage.practice" : "stage.period", { period: (c.preview && c.next_period) || c.period || c.next_period, periods: c.periods || v.rules.periods });
}

/** Whether the first period that counts is played or comes next, after practice. */
function countsNow(v, s, coming) {
	const before = v.rules.stages.slice(0, s.number).filter((one) => /practice|trade/.test(one.kind));
	return s.shown.kind === "trade" && before.at(-1)?.kind === "practice" && coming === before.reduce((n, one) => n + (one.kind === "trade" ? one.periods : 0), 1);
}

/** The notices of now; words of the experimenter with their instant. */
function notices(v) {
	const out = [], add = (when, text) => when && out.push([text]), c = v.clock, n = (key, fields) => T(`notice.${key}`, fields), s = v.stage, a = v.absence, f = figures(v.rules), coming = c.phase === "break" ? c.next_period : c.period;
	const own = v.seat != null, trades = own && c.phase !== "stage", running = c.phase !== "ended";
	add(fold?.strange, `↻ ${t("old_page")}`);
	add(v.line.lost != null, `✂ ${t("lost")} ${own ? t(trades ? "lost_orders" : "lost_answers") : ""}`);
	add(v.line.lost == null && c.paused, `‖ ${t(trades ? "paused" : "paused_idle")} ${c.gap_us ? T("paused.stood_still", { seconds: Math.round(c.gap_us / 1e6) }) : ""}`);
	if (a && running && !v.care.passed) {
		add(a.until_period == null, `⚙ ${t("robot_in")}`);
		add(a.until_period === c.period, `⚙ ${t(a.contracts ? "robot_was" : "robot_none", { n: a.contracts, money: `${f.signed(a.gain)} ${f.moneyUnit}` })} ${v.own.orders.length ? t("robot_rest") : ""}`);
	}
	if (s && !s.left && running && c.phase !== "lobby") add(s.behind || c.practice || countsNow(v, s, coming), s.behind ? `▸ ${n("behind")}` : c.practice ? `◇ ${n("practice")}` : `◆ ${n("counts")}`);
	add(running && v.care.help_asked, `⚑ ${t("help_asked")}`);
	add(running && (v.care.removed || (v.care.passed && !s?.left)), `⚙ ${n(v.care.removed ? "removed" : "passed")}`);
	add(v.period?.void && c.phase === "break", `✗ ${n("void", { period: v.period?.number })}`);
	add(running && c.waits, `‖ ${n("waits")}`);
	if (running && v.rules_before && coming === v.rules_from) {
		const text = changesText(coming, v.rules.stages.length ? { ...v.rules_before, period_s: v.rules.period_s, break_s: v.rules.break_s } : v.rules_before, v.rules);
		add(text, `⚖ ${text}`);
	}
	for (const one of v.words) if (one.at > ui.down) out.push([one.kind === "values_changed" ? `◆ ${n(v.own.role === "buyer" ? "values_changed" : "costs_changed")}` : ["✉ ", n(one.kind === "told" ? "told" : "experimenter"), bdi(one.text)], one.at]);
	return out;
}

/** Taxes and price controls of this period. */
function termsWords(v, f) {
	const { charges: c, terms } = v.rules, role = v.own.role, said = [];
	for (const one of role ? [role] : ["buyer", "seller"]) if (c[`tax_${one}`]) said.push(t(c[`tax_${one}`] > 0 ? "tax" : "subsidy", { whose: role ? "" : `${t(one)}: `, price: f.price(Math.abs(c[`tax_${one}`])), unit: f.energy ? "kWh" : "unit" }));
	if (c.commission) said.push(t("commission", { price: f.money(c.commission) }));
	const limits = ["ceiling", "floor"].filter((one) => terms[`price_${one}`] != null).map((one) => t(one, { price: f.price(terms[`price_${one}`]) }));
	return [said.length && t("charged", { said: said.join(", ") }), ...limits].filter(Boolean).join(" ");
}

// --- charts: SVG as wide as its place

/** A frame with axes, into which `make` draws. */
function chart(key, title, said, [x0, x1, y0, y1], yf, high, make, legend) {
	const w = Math.max(220, ui.width), left = 10 + 8 * Math.max(yf(y0).length, yf(y1).length), low = high - 22, round = (n) => Math.round(10 * n) / 10;
	const X = (x) => round(left + ((x - x0) / (x1 - x0 || 1)) * (w - left - 16)), Y = (y) => round(low - ((y - y0) / (y1 - y0 || 1)) * (low - 8));
	const ticks = (a, b, most) => {
		const raw = (b - a) / most || 1, ten = 10 ** Math.floor(Math.log10(raw)), step = ten * ([1, 2, 5].find((m) => m * ten >= raw) ?? 10), first = Math.ceil(a / step);
		return Array.from({ length: Math.max(0, Math.floor(b / step + 1e-9) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(9))).filter(Number.isInteger);
	};
	return h(`figure.chart#${key}`, h("figcaption", title), h("svg", { viewBox: `0 0 ${w} ${high}`, role: "img", "aria-label": `${title}. ${said}` },
		ticks(y0, y1, 5).map((y) => [h("path.grid", { d: `M${left} ${Y(y)}H${w - 16}` }), h("text", { x: left - 6, y: Y(y) + 4, "text-anchor": "end" }, yf(y))]),
		ticks(x0, x1, w / 70).map((x) => h("text", { x: X(x), y: high - 5, "text-anchor": "middle" }, x)), make(X, Y, left, w - 16)),
		h("p.legend", { "aria-hidden": "true" }, legend.filter(Boolean).map(([cls, words]) => h(`span.${cls}`, words))));
}
const flat = (cls, y, /** @type {any} */ [left, right]) => h(`path.${cls}`, { d: `M${left} ${y}H${right}` });
/** Contracts as dots, own ones as diamonds. */
const points = (many, X, Y, of, mine) => many.map((one) => {
	const [x, y] = of(one);
	return mine(one) ? h("path.own", { d: `M${X(x)} ${Y(y) - 7}l7 7l-7 7l-7-7z` }) : h("circle.deal", { cx: X(x), cy: Y(y), r: 4 });
});
const keyOf = (v) => [v.sees_contracts && ["k-deal", t("key_deal")], v.seat != null && ["k-own", t("key_own")]];
const summary = (prices, f) => (prices.length ? t("chart_said", { n: prices.length, last: f.price(prices.at(-1)), low: f.price(Math.min(...prices)), high: f.price(Math.max(...prices)) }) : t("no_contracts"));

/** The period's prices over its time: contracts, and quotes as steps. @param {View} v */
function periodChart(v, high = 220) {
	const p = v.period, f = figures(v.rules), r = v.rules, terms = r.terms, call = can(v).collects;
	if (!p?.length_us) return null;
	const deals = [...v.chart.others, ...v.chart.own].sort((a, b) => a.number - b.number), now = v.clock.open && v.clock.left_us != null ? p.length_us - v.clock.left_us : p.length_us, would = v.clock.open ? v.indicative?.price : null;
	const some = (many) => many.filter((one) => one != null), quoted = call ? [] : some([...v.bid.path, ...v.ask.path].map((one) => one[1]));
	const near = some([...deals.map((one) => one.price), v.bid.price, v.ask.price, would, f.energy ? null : v.own.unit_value]), all = near.length ? near : quoted.length ? quoted : [r.price_min, r.price_max];
	const low = Math.min(...all), top = Math.max(...all), room = 0.3 * Math.max(top - low, 20 * r.tick), y0 = Math.max(r.price_min, low - room), y1 = Math.min(r.price_max, top + room);
	const steps = (side, X, Y) => v[side].path.reduce((d, [at, price], i, path) => {
		const y = price == null ? 0 : Y(Math.min(Math.max(price, y0), y1)), end = X(Math.min(path[i + 1]?.[0] ?? now, now) / 1e6);
		return price == null ? d : `${d}${path[i - 1]?.[1] == null ? `M${X(at / 1e6)} ${y}` : `V${y}`}H${end}`;
	}, "");
	return chart("prices", t("chart_title"), summary(deals.map((one) => one.price), f), [0, p.length_us / 1e6, y0, y1], (y) => f.price(Math.round(y)), high, (X, Y, ...ends) => [
		[terms.price_ceiling, terms.price_floor].map((y) => y != null && y >= y0 && y <= y1 && flat("limit", Y(y), ends)),
		call ? would != null && flat("would", Y(would), ends) : ["bid", "ask"].map((side) => h(`path.q-${side}`, { d: steps(side, X, Y) })),
		points(deals, X, Y, (d) => [d.into_us / 1e6, d.price], (d) => d.mine)],
	[...keyOf(v), ...(call ? [["k-would", t("if_now")]] : [["k-ask", t("ask")], ["k-bid", t("bid")]])]);
}

/** All contracts in their order, a line where a period ends. */
function sessionChart(v, f) {
	const all = v.results?.points ?? [], prices = all.map((one) => one[1]), low = Math.min(...prices), top = Math.max(...prices), room = Math.max(top - low, 4 * v.rules.tick) / 5;
	let at = 0.5;
	const ends = (v.results?.periods ?? []).map((p) => (at += v.sees_contracts ? p.volume : p.own_quantity)).slice(0, -1);
	return all.length > 0 && chart("session", t("chart_session"), summary(prices, f), [0, Math.max(...all.map((one) => one[0])) + 1, low - room, top + room], (y) => f.price(Math.round(y)), 220, (X, Y) => [
		ends.map((x) => h("path.grid", { d: `M${X(x)} 8V198` })), points(all, X, Y, (one) => [one[0], one[1]], (one) => one[2])], keyOf(v));
}

/** Supply and demand of a period that is over, with its contracts. @param {any} m MarketFigures */
function revealChart(m, v, f) {
	const steps = (many, X, Y) => many.reduce(([d, at], [value, n]) => [`${d}${d ? "V" : `M${X(0)} `}${Y(value)}H${X(at + n)}`, at + n], ["", 0])[0], total = (many) => many.reduce((n, one) => n + one[1], 0);
	const all = [...m.demand, ...m.supply].map((one) => one[0]).concat(m.points.map((one) => one[2])), p0 = m.price_low == null ? null : (m.price_low + m.price_high) / 2, done = m.so_far ?? {};
	const pc = (x, n) => (x == null ? "–" : `${x.toFixed(n)} %`), mean = (x) => (x == null ? "–" : f.mean(x)), title = (v.rules.markets > 1 ? `${t("market", { n: m.market + 1 })} · ` : "") + t("reveal");
	const said = [t("reveal_p0", { p0: mean(p0), what: f.quantity(m.quantity), n: done.volume ?? 0, mean: mean(done.price_mean) }), t("reveal_share", { share: pc(done.efficiency == null ? null : 100 * done.efficiency, 0), alpha: pc(done.alpha, 1) })];
	return h(`div#m${m.market}`, chart("reveal", title, said.join(". "), [0, Math.max(1, total(m.demand), total(m.supply)), Math.min(...all), Math.max(...all)], (y) => f.price(Math.round(y)), 400, (X, Y, ...ends) => [
		p0 != null && flat("limit", Y(p0), ends), h("path.q-bid", { d: steps(m.demand, X, Y) }), h("path.q-ask", { d: steps(m.supply, X, Y) }), points(m.points, X, Y, (one) => [one[1] + one[3] / 2, one[2]], () => 0)],
	[["k-bid", t("demand")], ["k-ask", t("supply")], ["k-deal", t("key_deal")]]), said.map((one) => h("p.big", one)));
}

// --- parts of a market

const showsBook = (v) => ["own_side", "other_side", "book"].includes(v.rules.information) && !can(v).resets_on_contract;

function bestQuotes(v, f) {
	const name = (side) => t(can(v).posts ? "cheapest" : `${can(v).resets_on_contract ? "current" : "best"}_${side}`);
	return h("section.best#best", { "aria-label": t("quotes") }, (can(v).posts ? ["ask"] : ["bid", "ask"]).map((side) => {
		const s = v[side];
		return h(`div.quote.${side}`, h("span", `${side === "bid" ? "▲" : "▼"} ${name(side)}`), h("strong", s.price == null ? "–" : f.price(s.price)), h("span", f.many && s.price != null ? `× ${s.quantity} ` : "", s.mine ? `◆ ${t("key_own")}` : ""));
	}));
}

function ladder(v, f) {
	const rows = ["ask", "bid"].flatMap((side) => {
		const all = v[side].levels.slice(0, 12).map((one) => {
			const n = `${one.quantity}${one.mine ? " ◆" : ""}`;
			return { cls: side, cells: [side === "bid" ? n : "", f.price(one.price), side === "ask" ? n : ""] };
		});
		return side === "ask" ? all.reverse() : all;
	});
	return panel("book", t("book"), rows.length ? table(t("book"), [t("buyers"), t("price"), t("sellers")], rows, "ladder") : h("p", t("no_orders")));
}

function callBox(v, f) {
	const c = v.clock, would = v.indicative, shown = ["ticker", "book"].includes(v.rules.information), whole = Math.max(1, (v.period?.length_us ?? 1) / Math.max(1, c.calls)), left = c.call_left_us;
	return panel("call", c.calls > 1 ? t("call_of", { n: Math.min(c.held + 1, c.calls), calls: c.calls }) : t("call"), left != null && h("p", t("call_in", { clock: clock(left) }), h("progress", { max: whole, value: whole - left, "aria-label": t("call") })),
		c.open && h("p", shown ? [`${t("if_now")}: `, h("strong.big", would?.price == null ? t("no_trade") : `${f.price(would.price)} × ${would.quantity}`)] : t("orders_hidden")),
		list(v.calls.slice(-6).reverse().map((one) => t(!shown ? "held" : one.quantity ? "held_at" : "held_none", { n: one.call, price: one.price == null ? t("asks_prices") : f.price(one.price), quantity: one.quantity }))));
}

function contracts(v, f) {
	const named = v.deals.some((d) => d.mine || d.buyer != null), rows = v.deals.map((d) => ({ cls: d.mine ? "mine" : "", cells: [d.number, clock(d.into_us - (d.into_us % 1e6)), f.price(d.price) + f.times(d.quantity), d.mine ? `◆ ${t(`did_${d.mine}`)}` : d.buyer == null ? "" : `T${d.seller} → T${d.buyer}`].slice(0, named ? 4 : 3) })).reverse();
	return panel("contracts", t("contracts"), rows.length ? table(t("contracts"), [t("number"), t("time"), t("price"), ...(named ? [t("who")] : [])], rows) : h("p", t(v.sees_contracts ? "no_contracts" : "hidden")));
}

/** One's units as a table: those traded with price and gain, the next one marked. @param {View} v */
function units(v, f) {
	const own = v.own, c = v.rules.charges, buyer = own.role === "buyer", over = v.clock.phase === "break" && !v.clock.preview, listed = own.total <= 100 && !f.energy, rows = [], firsts = new Map();
	let at = 0;
	for (const one of v.period?.own ?? []) firsts.set(at, one), (at += one.quantity);
	at = 0;
	for (const [value, n] of own.steps) {
		const traded = Math.min(Math.max(0, own.traded - at), n);
		if (!listed) rows.push({ cls: traded === n ? "done" : "", cells: [f.price(value), n, traded] });
		else for (let i = at; i < at + n; i++) {
			const done = i < own.traded, price = own.prices[i], one = firsts.get(i), g = one?.quantity === 1 ? one.profit : (buyer ? value - price : price - value) - (c[`tax_${own.role}`] ?? 0) - (one ? (c.commission ?? 0) : 0);
			const next = i === own.traded && !over;
			rows.push({ cls: done ? "done" : next ? "next" : "", cells: [(done ? "✓ " : next ? "▶ " : "") + (i + 1), f.price(value), done ? f.price(price) : "", done ? f.signed(g) : next ? t("next_unit") : over ? t("not_traded") : ""] });
		}
		at += n;
	}
	const terms = termsWords(v, f), worth = t(buyer ? "value" : "cost");
	return panel("units", t(!own.role ? (f.energy ? "idle" : "role_none") : f.energy ? (buyer ? "short" : "over") : `role_${own.role}`), own.role && table(t("units"), listed ? [t("unit"), worth, t("price"), t("profit")] : [worth, t("amount"), t("traded")], rows), terms && h("p.hint", terms),
		h("p.sums", `${t("this_period")} `, h("b", f.signed(own.surplus)), ` · ${t("all_periods")} `, h("b", `${f.signed(own.surplus_total)} ${f.moneyUnit}`), own.unpaid ? ` (${t("unpaid", { money: f.signed(own.unpaid) })})` : ""));
}

function ownOrders(v, f) {
	const price = priceTyped(ui.price, v.rules), named = (key, one) => ({ "aria-label": t(key, { side: one.side, price: f.price(one.price) }) });
	return v.own.orders.length > 0 && panel("orders", t("orders"), h("ul", v.own.orders.map((one) => h(`li#o${one.order}`, h("span", `◆ ${t(one.side)} ${f.price(one.price)}${f.times(one.quantity)}${one.ends_us == null ? "" : ` · ${t("expires", { n: Math.ceil(Math.max(0, one.ends_us - v.clock.run_us) / 1e6) })}`}`), can(v).withdraws && [
		button(typeof price === "number" ? t("change_to", { price: f.price(price) }) : t("change"), () => order(ui.price || ui.many ? quoting(view, one.side, ui.price, ui.many, one) : t("why_none"), "c"), off(!v.clock.open)),
		button(t("cancel"), () => order(closed(view) || message("cancel", { order: one.order })), { ...named("cancel_one", one), ...off(!v.clock.open) })]))));
}

function household(v, f) {
	const { forecast: fc, metered: m, battery, reservation: r, day } = v.household ?? {}, wh = (key, n) => t(key, { n });
	if (!fc) return panel("house", t("house"), h("p", t("house_later")));
	const [hours, minutes] = v.rules.energy.starts_at.split(":").map(Number), at = (60 * hours + minutes + (fc.period - 1) * v.rules.energy.interval_min) % 1440, two = (n) => String(n).padStart(2, "0");
	const watts = () => {
		const text = ui.watt.trim().replace("−", "-"), bad = !/^-?\d+$/.test(text) || Math.abs(+text) > fc.power_w;
		order(bad ? t("why_watt", { n: fc.power_w }) : message("set_battery", { target_w: +text }));
	};
	const auto = () => {
		const price = priceTyped(ui.limit.replace(",", "."), view.rules), side = view.own.role === "buyer" ? "buy" : "sell";
		order(typeof price === "string" ? price : message("set_reservation", { ...view.household.reservation, [side]: price }));
	};
	const last = day.slice(-48), top = Math.max(1, ...last.flatMap((d) => [d[1], d[2]]));
	return panel("house", `${t("house")} · ${two(Math.floor(at / 60))}:${two(at % 60)}`, pairs([
		...(m ? [[t("metered"), `${t("load")} ${m.load}, ${t("solar")} ${m.pv} Wh`], [t("traded"), wh(m.bought < 0 ? "sold_wh" : "bought_wh", Math.abs(m.bought ?? 0))], [t("grid"), wh(m.grid_import ? "took" : "gave", m.grid_import || m.grid_export || 0), m.unserved ? `, ${wh("unserved", m.unserved)}` : "", m.curtailed ? `, ${wh("curtailed", m.curtailed)}` : ""]]
			: [[t("forecast"), h("b", fc.net ? wh(fc.net > 0 ? "shortfall" : "surplus", Math.abs(fc.net)) : t("neither"))], [`${t("load")}, ${t("solar")}`, `${fc.load}, ${fc.pv} Wh`, fc.battery ? `, ${t("battery")} ${written(fc.battery)} Wh` : ""]]),
		[t("grid"), t("tariffs", { buy: f.price(fc.buy), sell: f.price(fc.feed_in) })], fc.flexible && [t("load"), t("flexible", { n: fc.flexible, price: f.price(fc.flexible_value) })],
		fc.capacity && fc.stored != null && [t("battery"), `${(fc.stored / 1000).toFixed(2)} / ${(fc.capacity / 1000).toFixed(1)} kWh, `, battery.target_w == null ? t("own_rule") : `${written(battery.target_w)} W`],
		[t("auto"), [r.buy != null && `≤ ${f.price(r.buy)}`, r.sell != null && `≥ ${f.price(r.sell)}`].filter(Boolean).join(", ") || t("auto_off")]]),
	last.length > 1 && chart("day", t("day"), "", [last[0][0] - 0.5, last.at(-1)[0] + 0.5, 0, top], (y) => String(Math.round(y)), 120, (X, Y) => last.map(([p, load, pv]) => [[load, 0.4, "load"], [pv, 0, "solar"]].map(([n, by, cls]) => h(`rect.${cls}`, { x: X(p - by), y: Y(n), width: Math.max(1, X(p + 0.4) - X(p)), height: Y(0) - Y(n) }))), [["k-load", t("load")], ["k-solar", t("solar")]]),
	h("details#set", h("summary", t("settings")), fc.capacity > 0 && h("div.row#w", field(t("watt"), "watt"), button(t("set_battery"), watts), button(t("set_rule"), () => order(message("set_battery")))),
		h("div.row#l", field(t("limit"), "limit", { inputmode: "decimal" }), button(t("auto_set"), auto), button(t("auto_end"), () => order(message("set_reservation")))), h("p.hint", t("holds"))));
}

/** Price and quantity, the orders that they make, and the fate of the last ones. @param {View} v */
function ticket(v, f) {
	const own = v.own, side = SIDE[own.role], posts = can(v).posts;
	if (!side) return panel("ticket", t("ticket"), h("p", t("no_part")));
	const no = idle(v), dead = off(no), word = side === "bid" ? "buy" : "sell", other = v[OTHER[side]].price, quotes = posts ? "sellers" : (v.rules.terms.quotes ?? "both");
	const mayQuote = quotes === "both" || quotes === `${own.role}s`, mayTake = !can(v).collects && !(posts && own.role === "seller"), price = priceTyped(ui.price, v.rules), typed = typeof price === "number";
	const what = quoting(v, side, ui.price, ui.many), n = quantityTyped(v, ui.many, true), much = typeof n === "number" ? n : 1;
	const name = (key, plain) => (ui.asked.startsWith(key) ? t("sure", { word: t(key), money: f.money(risk(v, JSON.parse(ui.asked.slice(key.length)))) }) : plain);
	const nudge = (up) => {
		const step = stepPrice(view, side, ui.price, up);
		if (step != null) set({ price: f.price(step), asked: "", told: "" });
	};
	const send = (e) => {
		e.preventDefault();
		const made = quoting(view, side, ui.price, ui.many);
		order(made, side);
		if (typeof made === "string") document.getElementById("price")?.focus();
	};
	const keys = (e) => {
		const up = { ArrowUp: true, ArrowDown: false }[e.key];
		if (up != null) e.preventDefault(), nudge(up);
		else if (e.key === "Escape") set({ price: "", asked: "", told: "" });
	};
	const waiting = v.pending.slice(-3).map((one) => orderWords(one, f)).join(", ");
	const many = f.many && !posts && field(t("quantity"), "many", { inputmode: "numeric", maxlength: 12, placeholder: quantityTyped(v, "", false) });
	return h("section.panel.ticket#ticket", { "aria-label": t("ticket") }, h("p.answer#answer", ui.told || (waiting ? `… ${t("pending", { what: waiting })}` : v.clock.open && newsWords(v, f)) || " "),
		mayTake && button(name(word, other == null ? t("no_offer", { word: t(word) }) : no ? t("take_at", { word: t(word), price: f.price(other) }) : t("take", { word: t(word), price: f.price(other) + f.times(much), gain: f.gained(gain(v, side, other, much)) })), () => order(accepting(view, side, ui.many), word), { key: "take", class: `take ${OTHER[side]}`, ...dead }),
		mayQuote ? h("form.row#quote", { onsubmit: send, novalidate: true }, h("div.steps#steps", button("−", () => nudge(false), { "aria-label": t("down"), ...dead }),
			field(t("price"), "price", { role: "spinbutton", "aria-label": t("price"), inputmode: f.decimals ? "decimal" : "numeric", enterkeyhint: "send", maxlength: 20, "aria-valuenow": typed ? price / f.per : null, "aria-describedby": "look", onkeydown: keys, oninput: (e) => set({ price: e.target.value.replace(",", "."), asked: "", told: "" }) }),
			button("+", () => nudge(true), { "aria-label": t("up"), ...dead })), many,
		h("button", { type: "submit", key: "send", class: `send ${side}`, ...dead }, name(side, typed ? t(posts ? "post" : "at", { word: t(side), price: f.price(price) }) : t(side)))) : many,
		h("p.hint#look", { id: "look" }, no ? capital(`${no}.`) : !ui.price.trim() ? " " : typeof what === "string" ? `✘ ${what}` : outlook(v, side, what)));
}

// --- screens

const cols = (key, a, b) => h(`div.cols.${key}#${key}`, h("div.col#a", a), h("div.col#b", b));
const quotesShown = (v, f) => [(!can(v).collects || v.bid.price != null || v.ask.price != null) && bestQuotes(v, f), can(v).collects && callBox(v, f)];
const market = (v, f) => [quotesShown(v, f), periodChart(v), showsBook(v) && ladder(v, f), contracts(v, f)];
const trading = (v, f) => cols("trade", market(v, f), [ticket(v, f), ownOrders(v, f), v.rules.energy && household(v, f), units(v, f)]);

/** A period's result in the break after it. @param {View} v */
function breakCard(v, f) {
	const p = v.period, c = v.clock, did = p.own.slice(0, 5).map((one) => t(`own_${one.role}`, { what: f.quantity(one.quantity), price: f.price(one.price), gain: f.gained(one.profit) }));
	if (!p.own_trades) did.push(t(v.own.total ? "did_nothing" : "had_nothing"));
	if (p.own_trades > 5) did.push(t("more", { n: p.own_trades - 5 }));
	if (v.own.units_left) did.push(t("missed", { what: f.quantity(v.own.units_left) }));
	return cols("card", [panel("result", t(c.practice ? "practice_over" : "period_over", { n: p.number }), v.seat != null && [h("p", `${t("earned")} `, h(`strong.huge${p.surplus < 0 ? ".loss" : ""}`, `${f.signed(p.surplus)} ${f.moneyUnit}`)), list(did)],
		v.sees_contracts ? pairs([[t("contracts"), p.contracts], ...(p.price_mean == null ? [] : [[t("mean"), f.mean(p.price_mean)], [t("lowest"), f.price(p.price_low)], [t("highest"), f.price(p.price_high)]])]) : h("p", t("hidden")),
		h("p", `${t("next")} `, T(c.practice ? "stage.practice" : "stage.period", { period: c.next_period, periods: c.periods || v.rules.periods }), c.left_us == null ? ` ${t("when_said")}` : "")), periodChart(v)],
	v.seat != null && [v.rules.energy && household(v, f), units(v, f)]);
}

const names = (v) => v.seats.names.length > 0 && h("p", `${t("here")} `, v.seats.names.map((one, i) => [i ? ", " : "", bdi(one)]));
const rulesParts = (v) => paragraphs(v.rules, v.own.role, v.seats.robots).map(([head, text]) => [h("h3", head), ...text.split("\n").map((one) => h("p", { dir: "auto" }, one))]);

function lobby(v) {
	const s = v.seats, begins = sentences("start", v.rules)[1];
	return cols("lobby", h("section.panel.seat", h("h2", bdi(v.rules.title)), h("p", ui.name && bdi(`${ui.name} `), h("strong.huge", t("seat", { seat: v.seat + 1 }))), h("p", `${t("role")} `, h("b", v.own.role ? t(v.own.role) : t("role_later"))),
		h("p", t("taken", { taken: s.taken, seats: s.seats }), s.robots ? ` ${t("robots", { n: s.robots })}` : ""), h("progress", { max: Math.max(1, s.seats), value: s.taken, "aria-label": t("seats_taken") }), h("p", T(begins[0])), names(v), v.announced && h("p", T("notice.experimenter"), bdi(v.announced))), h("section.panel", h("h2", t("rules")), rulesParts(v)));
}

function results(v, f) {
	const own = v.seat != null, seen = v.sees_contracts, dash = (x, say) => (x == null ? "–" : say(x));
	const did = (p) => (!p.own_trades ? "–" : f.energy || p.own_trades > 4 ? `${p.own_quantity} × ${f.mean(Number(p.own_price_sum) / p.own_quantity)}` : p.own.map((one) => `${f.price(one.price)}${f.times(one.quantity)} (${f.signed(one.profit)})`).join(", "));
	const rows = (v.results?.periods ?? []).map((p) => [`${p.number}${p.void ? ` ${t("void")}` : ""}`, ...(own ? [p.role ? t(p.role) : "–", did(p), f.signed(p.surplus)] : []), ...(seen ? [f.many ? p.volume : p.contracts, dash(p.price_mean, f.mean), p.price_low == null ? "–" : `${f.price(p.price_low)}–${f.price(p.price_high)}`] : [])]);
	return panel("results", t("results"), own && earnings(v, f), table(t("results"), [t("period"), ...(own ? [t("part"), t("traded_at"), t("earned")] : []), ...(seen ? [t("traded"), t("mean"), t("range")] : [])], rows, "broad"), sessionChart(v, f));
}

function earnings(v, f) {
	const s = (key, fields) => T(`stage.${key}`, fields), own = v.own, e = v.earned, unit = f.moneyUnit, said = [s("earnings.sum", { amount: f.signed(own.surplus_total), unit }), own.unpaid && s("earnings.unpaid", { unpaid: f.signed(own.unpaid), paid: owed(v, f).amount, unit })];
	const part = e && [s("pay.fee", e), +e.base && s("pay.base", e)];
	if (e) said.push(h("strong.big", s("pay.amount", e)), ...(e.fee_only ? [s("pay.fee_only")] : e.base_only ? [...part, s("pay.base_only")] : [e.period != null && s("pay.period", e), ...part, s("pay.bonus", e), e.at_floor && s("pay.floor", e), s("pay.rounded", e)]));
	return said.filter(Boolean).map((one) => h("p", one));
}
const owed = (v, f) => ({ amount: f.signed(v.clock.practice ? 0 : BigInt(v.own.surplus_total) - BigInt(v.own.unpaid)), unit: f.moneyUnit });

/** What is paid to people who have failed the control questions. */
const failedPay = ({ rules: { payment: p } }) => {
	const n = Math.max(2, digits(...exact(p.step)), digits(...exact(p.fee)));
	return { fee: fixed(p.fee, n), base: fixed(p.base, n), currency: p.currency };
};

// --- stages without trade: as tui/text/stage_words.py has them

const inStage = (v) => v.stage && !/lobby|ended/.test(v.clock.phase) && (v.clock.phase === "stage" || (v.seat != null && (v.stage.behind || v.stage.left)));
const asksNow = (s) => s.asked.find((n) => !s.settled.includes(n));
const stageTitle = (s) => s.shown.title || T(`stage.heading.${s.shown.kind}`);
const letOn = (s) => s.moved && s.done && ((s.shown.pages.length > s.read && s.shown.kind !== "consent") || asksNow(s) != null);
/** The activity of a person. */
function mode(s) {
	const kind = s.shown.kind, reads = kind === "text" || kind === "debrief", asks = /^question/.test(kind) && !s.done && asksNow(s) != null;
	return s.left ? "left" : reads ? "reads" : asks ? "asks" : kind === "consent" && !s.done ? "consents" : kind === "earnings" ? "earns" : "waits";
}
function waiting(s) {
	const others = s.people - s.others_done;
	return T(`stage.wait.${!s.done ? "soon" : s.shown.advance !== "all" ? s.shown.advance : others > 0 ? "others" : "nobody"}`, { others });
}
const told = (s) => (s.responded?.stage === s.number && !letOn(s) ? s.responded : null);
const needsHelp = (s) => told(s)?.right === false && !told(s).tries_left && told(s).question === asksNow(s);
/** The fate of the last answer. */
function feedback(s) {
	const r = told(s), key = !r ? "" : r.right == null ? "noted" : r.right ? "right" : r.tries_left ? "wrong" : s.settled.includes(r.question) ? "wrong_on" : "help";
	return key && `${r.right === false ? "✘" : "✓"} ${T(`stage.ask.${key}`, { left: r.tries_left })} ${r.explanation ?? ""} ${r.right === false && r.tries_left === 1 && s.shown.at_cap === "base_pay" ? T("stage.failed.last") : ""}`;
}

/** @param {View} v */
function stageScreen(v, f) {
	const s = v.stage, now = mode(s), pages = s.shown.pages, busy = v.pending.some((one) => found(`stage.said.${one.directive}`)), once = (what) => busy || say(what), parts = [];
	if (ui.of !== s.number) Object.assign(ui, { of: s.number, page: Math.min(s.read, Math.max(0, pages.length - 1)), sent: s.read, data: false, sure: 0, told: "" });
	if (now === "consents" || now === "reads") parts.push(h(`article#p${ui.page}`, { dir: "auto" }, markdown(pages[ui.page] ?? "")));
	if (now === "consents") {
		const agree = (yes) => once(message("agree", { stage: s.number, yes, ...(yes && ui.data ? { data_use: true } : {}) }));
		parts.push(v.rules.stages.some((one) => one.at_cap === "base_pay") && h("p#base", T("rules.earn.pay_questions")), s.shown.data_use && h("label.option#data", h("input", { type: "checkbox", checked: ui.data, onchange: (e) => set({ data: e.target.checked }) }), t("data_use")),
			ui.sure && ui.about === "decline" ? twice("decline", {}, () => agree(false)) : h("div.row#agree", button(t("agree"), () => agree(true), { class: "send" }), button(t("decline"), () => set({ sure: 1, about: "decline", focus: ".sure button" }))));
	} else if (now === "reads") {
		const last = ui.page === pages.length - 1, go = (step) => {
			const read = ui.page + 1;
			if (step > 0 && read > Math.max(s.read, ui.sent) && !s.done && say(message("turn_page", { stage: s.number, read }))) ui.sent = read;
			set({ page: Math.min(Math.max(0, ui.page + step), pages.length - 1), focus: "h2" });
		};
		parts.push(pages.length > 1 && h("p.hint#n", T("stage.page", { page: ui.page + 1, pages: pages.length })), h("div.row#turn", ui.page > 0 && button(t("page_back"), () => go(-1), { key: "b" }), (!last || !s.done) && button(t(last ? "page_done" : "page_next"), () => go(1), { key: "f", class: "send" })));
	} else if (now === "asks") parts.push(question(s, once));
	else if (now === "earns") parts.push(...earnings(v, f), list((v.results?.periods ?? []).map((p) => T(`stage.earnings.${p.void ? "void" : "period"}`, { period: p.number, amount: f.signed(p.surplus) }))), s.done ? h("p", T("stage.earnings.waits")) : button(t("seen"), () => once(message("turn_page", { stage: s.number, read: 1 })), { key: "seen", class: "send" }));
	else if (now === "left") parts.push(...(s.failed ? [T("stage.failed.left"), T("stage.failed.owed", failedPay(v))] : [T("stage.withdraw.left"), T("stage.withdraw.left_owed", owed(v, f))]).map((one) => h("p", one)), h("p", t("quiet")));
	const no = v.news?.refused, fate = no && found(`stage.said.${v.news.sent?.directive}`) && !s.done ? `✘ ${T("stage.refused", { why: found(`refused.${no}`) ?? no })}` : /^question/.test(s.shown.kind) && feedback(s);
	const state = busy ? T("stage.sending") : [letOn(s) && T("stage.moved"), now === "waits" && s.shown.kind === "consent" && !letOn(s) && T("stage.consent.agreed"), (now === "waits" || (s.done && now === "reads")) && waiting(s)].filter(Boolean).join(" ");
	return h(`section.panel.stage#s${s.number}${now === "left"}`, h("h2", { tabindex: "-1" }, bdi(s.failed ? T("stage.failed.title") : s.left ? T("stage.withdraw.title") : stageTitle(s))), parts, fate && h(`p.${fate[0] === "✓" ? "good" : "bad"}#fate`, { dir: "auto" }, fate), ui.told && h("p.bad#told", ui.told), state && h("p.big#state", state));
}

/** Something that is done for good is asked twice; the second yes is where the first no was. */
function twice(key, fields, act) {
	const asked = t(`${key}_${ui.sure}`, fields), yes = () => (ui.sure === 2 ? (set({ sure: 0, dialog: false }), act()) : set({ sure: 2, focus: ".sure button:not(.danger)" }));
	const no = button(t("no"), () => set({ sure: 0 }), { key: "no" }), sure = button(t("yes"), yes, { key: "yes", class: "danger" });
	return h(`div.sure#sure`, { role: "group", "aria-label": asked }, h("p", asked), h("div.row", ui.sure === 2 ? [sure, no] : [no, sure]));
}

function question(s, once) {
	const number = asksNow(s), q = s.shown.questions[number], a = (key, fields) => T(`stage.ask.${key}`, fields), stop = needsHelp(s), scale = q.kind === "likert", text = q.kind === "text", bounds = { low: String(q.low), high: String(q.high) };
	if (ui.asking !== `${s.number}.${number}`) Object.assign(ui, { asking: `${s.number}.${number}`, pick: null, words: "" });
	const submit = (e) => {
		e.preventDefault();
		const answer = (what) => once(message("respond", { stage: s.number, question: number, ...what })), words = ui.words.trim(), n = Number(words.replace(",", ".").replace("−", "-")), choose = scale || q.kind === "choice";
		const bad = stop ? "help" : choose ? ui.pick == null && "nothing_chosen" : !words ? "nothing_typed" : text ? "" : !Number.isFinite(n) ? "no_number" : q.low != null && n < q.low ? "too_low" : q.high != null && n > q.high && "too_high";
		bad ? tell(a(bad, bounds)) : answer(choose ? { number: ui.pick } : text ? { text: words } : { number: n });
	};
	const option = (value, label) => h("label.option", h("input", { type: "radio", name: "answer", checked: ui.pick === value, onchange: () => set({ pick: value, told: "" }) }), label);
	const options = scale ? Array.from({ length: q.points }, (_, i) => option(i + 1, String(i + 1))) : q.options.map((one, i) => option(i, bdi(one)));
	const limits = q.low != null ? (q.high != null ? a("between", bounds) : a("least", bounds)) : q.high != null ? a("most", bounds) : "";
	return h(`form#q${ui.asking}`, { onsubmit: submit, novalidate: true }, h("p.hint", T("stage.question", { number: s.asked.indexOf(number) + 1, questions: s.asked.length })),
		options.length ? h("fieldset", { class: scale ? "scale" : "" }, h("legend", { dir: "auto" }, q.ask), scale && q.options.length > 0 && h("p.hint.ends", h("span", `1 = ${q.options[0]}`), h("span", `${q.points} = ${q.options[1]}`)), h("div.options", options))
			: field(h("b", { dir: "auto" }, q.ask), "words", text ? { rows: 5, maxlength: 2000 } : { maxlength: 15 }, text ? a("left", { left: 2000 - ui.words.length, most: 2000 }) : limits), h("button.send", { type: "submit", ...off(stop) }, t("answer")));
}
// --- the projector

function watch(v, f) {
	const c = v.clock, s = v.stage, mean = v.period?.price_mean, last = v.deals.at(-1)?.price, wall = (key, title, text) => h(`div.wall#${key}`, h("span", title), h("strong", key === "clock" ? { role: "timer", "aria-label": title } : {}, text));
	const stopped = c.paused ? `‖ ${t("stopped")} · ` : "", timer = (title) => wall("clock", stopped + title, clock(c.left_us));
	if (c.phase === "lobby") {
		const code = ui.code && `?${encodeURIComponent(ui.code.replace(/\W/g, ""))}`, url = ui.link ?? `${location.origin}/`;
		return h("div#w1", h("h2.big", bdi(v.rules.title)), h("div.walls", ui.code && wall("code", t("code"), ui.code), wall("seats", t("seats_taken"), `${v.seats.taken}/${v.seats.seats}`)), panel("how", t("how"), h("img.qr", { src: `/qr.svg${code}`, alt: t("qr") }), h("ol.big", h("li", `${t("how_open")} `, h("b.url", url)), h("li", t("how_code"))), h("p", t("how_terminal", { url: url.replace(/^http/, "ws").slice(0, -1) })), names(v)));
	}
	if (c.phase === "stage" && s) return h("div#w2", h("h2.big", bdi(stageTitle(s))), h("div.walls", c.left_us != null && timer(t("left")), s.people > 0 && wall("done", t("done"), `${s.others_done}/${s.people}`)));
	const all = reveal?.figures ?? [], own = all.filter((m) => m.market === (v.rules.market ?? 0)), most = own.reduce((n, m) => n + m.surplus_max, 0), share = v.welfare?.efficiency ?? (most ? own.reduce((n, m) => n + m.surplus, 0) / most : null);
	const periods = [...new Set(all.map((m) => m.period))].sort((a, b) => a - b), at = periods.includes(ui.period) ? ui.period : periods.at(-1), to = (n) => periods[periods.indexOf(at) + n], turn = (n, key) => button(t(key), () => to(n) && set({ period: to(n) }), off(!to(n)));
	const walls = h("div.walls", c.phase === "ended" ? wall("share", share == null ? "" : t("efficiency"), share == null ? t("ended") : `${Math.round(100 * share)} %`) : timer(t(c.preview ? "opens_in" : c.phase === "break" ? "next_in" : "left")),
		!v.sees_contracts ? wall("price", t("hidden"), "–") : c.phase === "break" ? wall("price", `${t("mean")}, ${f.unit}`, mean == null ? "–" : f.mean(mean)) : wall("price", `${t("last")}, ${f.unit}`, last == null ? "–" : f.price(last)));
	if (c.phase !== "ended") return h("div#w3", walls, cols("market", periodChart(v, 320), [quotesShown(v, f), showsBook(v) && ladder(v, f), contracts(v, f)]));
	return h("div#w4", walls, at ? panel("reveal", T("stage.period", { period: at, periods: periods.at(-1) }), h("div.row", turn(-1, "before"), turn(1, "after")), all.filter((m) => m.period === at).map((m) => revealChart(m, v, f))) : results(v, f));
}

// --- joining

/** What is kept of a seat under its session, and the device's own key; storage may be denied. */
const store = {
	denied: false,
	get(key) {
		try {
			return JSON.parse(localStorage.getItem(`pit.${key}`) ?? "null");
		} catch {
			this.denied = true;
		}
	},
	set(key, value) {
		try {
			value == null ? localStorage.removeItem(`pit.${key}`) : localStorage.setItem(`pit.${key}`, JSON.stringify(value));
		} catch {
			this.denied = true;
		}
	},
	/** The seat that was held last. @returns {any} */
	seat: () => store.get(store.get("last")),
	device() {
		ui.device ??= store.get("device") ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
		store.set("device", ui.device);
		return ui.device;
	},
};
const fail = (error, focus = "") => (set({ error, screen: "start", focus }), live("alert", error));

function joining() {
	const seat = ui.other || ui.code ? null : store.seat(), error = ui.error && h("p.bad#error", { id: "why" }, ui.error);
	const submit = (e) => {
		e.preventDefault();
		if (!ui.code.trim()) return fail(t("no_code"), "#code");
		if (!ui.name.trim()) return fail(t("no_name"), "#name");
		if (ui.wants.includes("label") && !ui.label.trim()) return fail(t("no_label"), "#label");
		set({ screen: "connecting", error: "" });
		line.join({ code: ui.code.trim(), device: store.device(), ask: true });
	};
	const again = () => (set({ screen: "connecting", error: "", name: seat.name }), line.join({ token: seat.token }));
	if (seat) return h("section.panel.join#continue", h("h2", { tabindex: "-1" }, t("join_title")), error, button(t("continue", { name: seat.name, seat: seat.seat + 1 }), again, { class: "send" }), button(t("join_other"), () => set({ other: true, error: "", focus: "#code" })));
	return h("section.panel.join#join", h("h2", { tabindex: "-1" }, t("join_title")), h("form", { onsubmit: submit, novalidate: true }, error, field(t("code"), "code", { autocapitalize: "characters", spellcheck: "false", maxlength: 128, enterkeyhint: "next", "aria-label": t("code"), "aria-describedby": ui.error ? "why" : null }, t("code_hint")),
		field(t("name"), "name", { autocomplete: "nickname", maxlength: 40, enterkeyhint: "go" }), ui.wants.includes("label") && field(t("label"), "label", { maxlength: 64 }), h("button.send", { type: "submit" }, t("join"))));
}

/** The window is disconnected for good, or until a button is pressed. */
const over = () => h("section.panel.join#over", h("h2", { tabindex: "-1" }, t("lab")), h("p.big", { dir: "auto" }, ui.error),
	ui.screen === "taken" ? button(t("take_back"), () => (set({ screen: "connecting" }), line.join({ token: store.seat()?.token ?? ui.token })), { class: "send" }) : button(t("reload"), () => location.reload(), { class: "send" }));

// --- the page

let base = 0, baseAt = 0;
/** The session's clock, as far as the last frame tells it. */
const now = () => base + Math.round(1000 * (performance.now() - baseAt));

function head(v, f) {
	const c = v.clock, ticks = c.left_us != null && !WATCH, shows = v.seat != null && !inStage(v) && !/lobby|break/.test(c.phase);
	const title = t(c.preview ? "opens_in" : c.phase === "break" ? "next_in" : c.posting ? "posting_left" : "left"), left = c.posting && c.call_left_us != null ? c.call_left_us : c.left_us;
	return h("header", h("h1", { tabindex: "-1" }, stageWords(v)), ticks && h("p.clock#clock", h("span", title), h("strong", { role: "timer", "aria-label": title, class: c.paused ? "stopped" : "" }, `${c.paused ? "‖ " : ""}${clock(left)}`)),
		shows && h("p.purse#purse", h("span", t("earned")), h("strong", `${f.signed(v.own.surplus_total)} ${f.moneyUnit}`)),
		v.seat != null && h("p.tools#tools", button(t("rules"), () => set({ dialog: true })), c.phase !== "ended" && !v.care.passed && button(t(v.care.help_asked ? "help_off" : "help"), () => say(message("help", v.care.help_asked ? { withdrawn: true } : {})), { "aria-pressed": v.care.help_asked ? "true" : "false" })));
}

/** The rules on top of the screen, and the way out. */
function dialog(v, f) {
	const s = v.stage, close = () => set({ dialog: false, sure: 0 }), leaves = s && !s.left && !/lobby|ended/.test(v.clock.phase);
	return h("dialog#rules", { "aria-label": t("rules"), onclose: close }, button(t("close"), close, { class: "send" }), h("h2", t("rules")), rulesParts(v),
		leaves && (ui.sure && ui.about === "withdraw" ? twice("withdraw", owed(v, f), () => say(message("withdraw"))) : button(t("withdraw"), () => set({ sure: 1, about: "withdraw", focus: "dialog .sure button" }))));
}

const body = (v, f) => {
	const c = v.clock;
	if (WATCH) return watch(v, f);
	if (c.phase === "ended") return results(v, f);
	if (c.phase === "lobby") return lobby(v);
	if (inStage(v)) return stageScreen(v, f);
	return c.phase === "break" && !c.preview && v.period ? breakCard(v, f) : trading(v, f);
};

/** The heading that has the focus on a new screen; where there is none, that of the page. */
const PLACE = ":is(.stage, .join, .result, .results) h2";

function paint() {
	due = 0;
	const app = document.getElementById("app"), before = app.dataset.screen;
	if (fold && ui.screen === "live") {
		const whole = (one) => one.clock.phase === "ended" || one.stage?.shown.kind === "earnings";
		view = fold.view(now());
		if (whole(view)) view = fold.view(now(), true);
		const said = notices(view);
		hear(view, said);
		const f = figures(view.rules), shown = body(view, f), place = `${view.clock.phase}${view.clock.period}`;
		if (ui.place !== place) Object.assign(ui, { place, asked: "", told: "", ...(view.clock.phase === "trading" ? {} : { price: "", many: "" }) });
		app.dataset.screen = shown.key ?? "";
		patch(app, h("div", [head(view, f), h("main#main", h("div#notices", said.map(([said, at]) => h("p.notice", h("span", said), at != null && button(t("dismiss"), () => (fold.takeDownWords(), set({ down: at })))))), shown), ui.dialog && dialog(view, f)]).kids);
	} else {
		const shown = ui.screen === "connecting" ? h("p.big#wait", { role: "status" }, ui.told || t("connecting")) : ui.screen === "start" ? joining() : over();
		app.dataset.screen = shown.key;
		patch(app, [h("header", h("h1", t("lab"))), h("main#main", shown, store.denied && h("p.notice#denied", t("storage")))]);
	}
	document.body.className = WATCH ? "wide" : "";
	document.title = fold && view ? `${stageWords(view)} · ${printable(view.rules.title)}` : t("lab");
	const open = document.querySelector("dialog"), moved = before !== app.dataset.screen, active = document.activeElement, figure = document.querySelector("figure svg");
	if (open && !open.open) open.showModal();
	if (moved) scrollTo(0, 0);
	const to = ui.focus || (moved && (!active || active === document.body) && (ui.typing || PLACE));
	if (to) /** @type {any} */ (document.querySelector(to) ?? document.querySelector("h1"))?.focus({ preventScroll: !ui.focus });
	if (active?.id) ui.typing = active.id === "price" && "#price";
	ui.focus = "";
	const width = figure && Math.round(figure.getBoundingClientRect().width);
	if (width && Math.abs(width - ui.width) > 4) set({ width });
}

/** Contracts of others are said no more often: a voice needs time. */
const QUIET_MS = 2000;

/** Own news is said at once, contracts of others when there is room for them. */
function hear(v, said) {
	const f = figures(v.rules), news = newsWords(v, f), mark = JSON.stringify([v.news, v.own.traded], (_, one) => (typeof one === "bigint" ? `${one}` : one)), notice = said.map((one) => [one[0]].flat().map((part) => part.kids ?? part).join("")).join(" "), last = v.deals.at(-1);
	const told = ui.heard ? [ui.heard !== mark && news, ui.noticed !== notice && notice].filter(Boolean).join(" ") : "", box = document.getElementById("alert");
	if (told) live("alert", told);
	else if (box && box.textContent && ui.noticed && !notice) box.textContent = "";
	const deal = last && `${v.clock.period}.${last.number}`;
	if (deal && ui.deal !== deal && !last.mine && performance.now() > ui.quietTo) live("polite", t("contract_at", { price: f.price(last.price) })), (ui.quietTo = performance.now() + QUIET_MS);
	Object.assign(ui, { heard: mark, noticed: notice, deal });
}

async function awake() {
	try {
		await /** @type {any} */ (navigator).wakeLock?.request("screen");
	} catch {
		// the platform has none to give now
	}
}

const HANDLERS = {
	frame(frame) {
		const { directive, payload } = frame;
		if (directive === "welcome") {
			if (fold?.session !== payload.session) fold = new Fold(frame);
			else fold.received(frame);
			if (payload.seat != null) {
				const kept = { token: payload.resume, name: ui.name, seat: payload.seat };
				ui.token = payload.resume;
				store.set(payload.session, kept);
				store.set("last", payload.session);
			}
			set({ screen: "live", code: WATCH ? ui.code : "", error: "" });
			awake();
		} else if (directive === "door") ui.door = payload;
		else if (directive === "reveal") reveal = payload;
		else {
			if (payload.now != null) (base = payload.now), (baseAt = performance.now());
			fold?.received(frame);
		}
		drawSoon();
	},
	lost(why) {
		fold?.lost(why);
		set(fold ? {} : { told: t("lost") });
	},
	taken() {
		set({ screen: "taken", error: T("closed.4001") });
	},
	refused({ code, why }) {
		const { door } = ui, seat = store.seat();
		if (code === "asked") {
			ui.wants = door.wants ?? [];
			if (ui.wants.includes("label") && !ui.label.trim()) return fail(t("no_label"), "#label");
			return line.join({ code: ui.code.trim(), name: ui.name.trim().slice(0, 40), label: ui.label.trim() || undefined, device: store.device() });
		}
		if (code === "over" && fold?.view(now()).clock.phase === "ended") return draw(); // it may not be drawn yet
		if (code === "over" || code === "reload" || fold) return set({ screen: "over", error: code === "reload" ? t("old_page") : T(code === "removed" ? "closed.4010" : code === "over" ? "closed.4000" : "closed.other", { why }) });
		if (!ui.code && seat) store.set(store.get("last"), null);
		fail(code === "wrong_code" ? T("closed.4002") : T("closed.not_let_in", { why: why.replace(/\.$/, "") }), ui.code ? "#code" : "");
	},
};

/** A code travels in the fragment, and is taken off it at once. */
function takeCode() {
	const code = decodeURIComponent(location.hash.slice(1));
	if (code) Object.assign(ui, { code }), history.replaceState(null, "", location.pathname + location.search);
}

async function start() {
	setTexts(await (await fetch("texts.json")).json());
	takeCode();
	line = new Line(`${location.protocol.replace("http", "ws")}//${location.host}/`, HANDLERS);
	if (WATCH) set({ screen: "connecting", link: (await (await fetch("/link")).text()).trim() }), line.join({ watch: Number(new URLSearchParams(location.search).get("market") ?? 1) - 1 });
	set({ focus: ui.code ? "#name" : "" });
	addEventListener("hashchange", () => (takeCode(), draw()));
	const wake = () => document.hidden || (line.wake(), fold && awake(), draw());
	document.addEventListener("visibilitychange", wake);
	addEventListener("online", wake);
	addEventListener("pageshow", wake);
	addEventListener("resize", draw);
	let was = "";
	setInterval(() => {
		const is = view && ui.screen === "live" && !document.hidden ? `${Math.ceil((view.clock.left_us - now() + view.now) / 1e6)}` : was;
		if (is !== was) (was = is), draw();
	}, 200);
}
if (typeof document !== "undefined") start();
