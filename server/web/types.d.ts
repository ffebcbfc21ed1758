// The shapes that the page's scripts hand to one another, for tsc alone: nothing here is sent to a browser.
// A ViewState is that of p2p/information/view_state.py, as msgspec encodes it; a test holds the two together.

/** A whole number: a bigint beyond 2^53, and only there. */
export type Int = number | bigint;
export type Side = "bid" | "ask";
export type Role = "buyer" | "seller";
export type Payload = Record<string, any>;
export type Message = { directive: string; payload: Payload };
export type Frame = { directive: string; payload: Payload };
export type Fact = { directive: string; payload: Said; at: number };
/** Value or cost of each unit, and how many units. */
export type Step = [Int, number];
/** The same of a trade: a price and a quantity. */
export type Trade = [number, number];

export type QuoteShown = { price: number; mine: boolean; trader: number | null };
export type Level = { price: number; quantity: number; mine: boolean };
export type Standing = { price: number | null; quantity: number; mine: boolean };
export type SideView = Standing & { quotes: QuoteShown[]; levels: Level[]; path: [number, number | null][] };
export type Deal = {
  number: number;
  into_us: number;
  price: number;
  mine: Role | null;
  buyer: number | null;
  seller: number | null;
  quantity: number;
};
export type OwnTrade = {
  type: "trade";
  contract: number;
  role: Role;
  value: Int;
  price: number;
  profit: Int;
  quantity: number;
  price_to: number | null;
};
/** A message that the viewer sent, the fields left out that have their defaults. */
export type Sent = { directive: string; message: Payload };
export type Answer = { type: "answer"; sent: Sent | null; refused: string | null };
export type ExpiredOrder = { type: "expired"; side: Side; price: number; life_over: boolean };
export type News = Answer | OwnTrade | ExpiredOrder;
/** The figures of a period that are kept up as its contracts come. */
export type Sums = {
  number: number;
  length_us: number;
  role: Role | null;
  contracts: number;
  volume: number;
  price_low: number | null;
  price_high: number | null;
  own_trades: number;
  own_quantity: number;
  own_price_sum: Int;
};
export type PeriodView = Sums & { price_mean: number | null; surplus: Int; own: OwnTrade[]; void: boolean };
export type Resting = { order: number; side: Side; price: number; quantity: number };
export type OwnOrder = Resting & { ends_us: number | null };
/** A role, its steps best first, and how many units of them are traded. */
export type Units = { role: Role | null; steps: Step[]; traded: number };
export type Holding = Units & { total: number; units_left: number; unit_value: Int | null };
export type OwnView = Holding & {
  step_left: number;
  prices: number[];
  surplus: Int;
  surplus_total: Int;
  unpaid: Int;
  offered: number;
  orders: OwnOrder[];
};
export type ClockView = {
  phase: "lobby" | "stage" | "trading" | "break" | "ended";
  period: number;
  next_period: number;
  open: boolean;
  paused: boolean;
  left_us: number | null;
  calls: number;
  held: number;
  call_left_us: number | null;
  posting: boolean;
  gap_us: number;
  periods: number;
  waits: boolean;
  practice: boolean;
  preview: boolean;
  run_us: number;
};
export type StageView = {
  number: number;
  stages: number;
  shown: Payload;
  read: number;
  asked: number[];
  settled: number[];
  done: boolean;
  behind: boolean;
  moved: boolean;
  left: boolean;
  others_done: number;
  people: number;
  responded: Payload | null;
  failed: boolean;
};
export type SeatsView = { taken: number; seats: number; robots: number | null; names: string[] };
export type IndicativeView = { price: number | null; quantity: number };
export type HouseholdView = {
  forecast: Payload | null;
  metered: Payload | null;
  battery: Payload;
  reservation: Payload;
  day: [number, number, number][];
};
export type Words = { kind: "announced" | "told" | "values_changed"; text: string; at: number };
export type CareView = { private: boolean; answers: boolean; help_asked: boolean; passed: boolean; removed: boolean };
export type AbsenceView = { contracts: number; gain: Int; until_period: number | null };
export type WelfareView = { period: number; period_efficiency: number | null; efficiency: number | null };
export type EarnedView = {
  points: string;
  rate: string;
  currency: string;
  fee: string;
  base: string;
  bonus: string;
  amount: string;
  period: number | null;
  at_floor: boolean;
  floor: string;
  fee_only: boolean;
  steps: string;
  base_only: boolean;
};
export type ResultsView = { periods: PeriodView[]; points: [number, number, boolean][] };

/** All that a screen shows at an instant. */
export type ViewState = {
  now: number;
  version: number;
  seat: number | null;
  rules: Payload;
  rules_before: Payload | null;
  rules_from: number;
  sees_contracts: boolean;
  clock: ClockView;
  seats: SeatsView;
  bid: SideView;
  ask: SideView;
  deals: Deal[];
  calls: Payload[];
  indicative: IndicativeView | null;
  period: PeriodView | null;
  chart: { others: Deal[]; own: Deal[] };
  own: OwnView;
  household: HouseholdView | null;
  pending: Sent[];
  news: News | null;
  announced: string;
  absence: AbsenceView | null;
  welfare: WelfareView | null;
  line: { lost: string | null; unheard: number };
  results: ResultsView | null;
  stage: StageView | null;
  care: CareView;
  words: Words[];
  earned: EarnedView | null;
};

/** A clock: times of a period's beginning, its length as told, and with its extensions; where it stands still. */
export type Clock = {
  phase: ViewState["clock"]["phase"];
  period: number;
  next_period: number;
  open: boolean;
  paused: boolean;
  calls: number;
  held: number;
  gap_us: number;
  practice: boolean;
  preview: boolean;
  posts: { post_s?: number | null } | null;
  counted: number;
  started: number;
  round: number;
  length: number;
  ends: number | null;
  left: number | null;
  stopped: number | null;
};
/** A period, as its contracts come. Lists are never changed: a new one takes their place. */
export type PeriodRecord = {
  sums: Sums;
  deals: Deal[];
  own: OwnTrade[];
  others: Deal[];
  mine: Deal[];
  settled: Int | null;
  price_sum: Int;
  profit: Int;
};
/** What is forgotten when practice ends. */
export type Market = {
  book: Map<number, Resting>;
  orders: Map<number, Resting>;
  levels: Record<Side, Level[] | null>;
  offers: { offered: number; orders: OwnOrder[] } | null;
  standing: Record<Side, Standing>;
  calls: Payload[];
  units: Holding;
  prices: number[];
  surplus: Int;
  surplus_before: Int;
  unpaid: Int;
  own_period: number;
  surplus_of: Map<number, Int>;
  unpaid_of: Map<number, Int>;
  household: Omit<HouseholdView, "day">;
};
/** All that a fold keeps. */
export type State = Market & {
  seat: number | null;
  version: number;
  rules: Payload;
  rules_before: Payload | null;
  rules_from: number;
  clock: Clock;
  stage: number;
  waiting: { done: number; people: number };
  seats: SeatsView;
  waits: boolean;
  void: Set<number>;
  again: number;
  progress: Payload | null;
  responded: Payload | null;
  earned: Payload | null;
  announced: string;
  care: CareView;
  helps: Set<number>;
  words: Words[];
  periods: PeriodRecord[];
  counted: PeriodRecord[] | null;
  quotes: Record<Side, QuoteShown[]>;
  path: Record<Side, [number, number | null][]>;
  day: HouseholdView["day"];
  indicative: IndicativeView | null;
  pending: Map<number, Sent>;
  news: News | null;
  lost: string | null;
  absence: AbsenceView | null;
  called_at: number | null;
  traded_at: number | null;
  ends: Map<number, number>;
};
/** What facts do to a clock, and to all the rest. */
/** What a fact says; two of its fields are named, for their types. */
export type Said = { side: Side; steps: Step[]; [field: string]: any };
export type Moves = Record<string, (clock: Clock, said: any, at: number, preview?: boolean) => void>;
export type Told = Record<string, (state: State, said: Said, at: number) => void>;
export type Fraction = [bigint, bigint];

// The functions of fold.js.
export type Sum = (a: Int, b: Int) => Int;
export type Gains = (own: Units, trades: Trade[], rules: Payload) => Int[];
export type Gain = (view: ViewState, side: Side, price: number, quantity?: number) => Int | null;
/** `taking`: it is a buy or a sell. `instead`: the open order whose place it takes. */
export type AtWorst = (
  view: ViewState,
  price: number,
  quantity: number,
  taking: boolean,
  instead?: OwnOrder | null,
) => Int;
export type Whole = (a: Int, b: Int, near: number, exact: (a: bigint, b: bigint) => bigint) => Int;
export type Ratio = (a: Int, b: Int) => number;
export type Rounded = (x: number) => number;
export type Exact = (number: number) => Fraction;
export type DigitsOf = (number: Fraction) => number;
export type InDigits = (number: Fraction, least?: number) => string;
export type OfEarned = (earned: Payload | null, rules: Payload) => EarnedView | null;
/** `lines`: line ends stay. */
export type Printable = (text: string, lines?: boolean) => string;
export type Shown = (thing: any, key?: string) => any;
export type Last = <Item>(list: Item[], item: Item, most: number) => Item[];
export type Sampled = <Item>(points: Item[], point: Item) => Item[];
export type Keep = <Item>(old: Item | undefined, now: Item) => Item;
export type NewClock = (rules: Payload) => Clock;
export type RunUntil = (c: Clock, ends: number | null) => void;
export type Close = (c: Clock, at: number) => void;
export type AfterCall = (c: Clock, call?: number) => number;
export type ToTheEnd = (c: Clock, left: number | null) => number | null;
export type TimeOf = (c: Clock, at: number) => number;
export type OfClock = (c: Clock, now: number, periods: number, waits: boolean) => ClockView;
export type Pieces = (own: Units, many: number, skip?: number) => Step[];
export type NextStep = (own: Units) => Step | undefined;
/** Commission, and the tax on a unit. */
export type ChargesOf = (rules: Payload, role: Role | null) => [number, number];
export type UnitGain = (role: Role | null, value: Int, price: number) => Int;
export type Refreshed = (own: Holding, rules: Payload) => Holding;
export type PeriodOf = (s: State, number: number) => PeriodRecord;
export type AddContract = (period: PeriodRecord, contract: Payload, into_us: number) => void;
export type AddTrade = (period: PeriodRecord, trade: OwnTrade) => void;
export type OfPeriod = (s: State, period: PeriodRecord) => PeriodView;
/** All periods, and every n-th of their contracts. */
export type OfResults = (s: State) => ResultsView;
export type Together = (before: OwnTrade, trade: OwnTrade) => OwnTrade;
export type Put = <Of extends object>(to: Of, some: Partial<Of>) => void;
export type Nothing = () => Market;
export type NoQuotes = (s: State, standing?: boolean) => void;
export type Act = (s: State) => void;
export type ActAt = (s: State, number: number) => void;
export type Traded = (s: State, price: number, quantity: number) => Int;
export type PutUp = (s: State, kind: Words["kind"], text: string, at: number) => void;
/** The fate of a message of one's own. */
export type Answered = (s: State, token: number, refused: string | null) => void;
export type LevelsOf = (s: State, side: Side) => Level[];

/** Whoever wants to be let in: with a code, with the token of an earlier welcome, to watch a market, or to ask first. */
export type Who = {
  code?: string;
  name?: string;
  label?: string;
  device?: string;
  token?: string;
  watch?: number;
  ask?: boolean;
};
export type Fault = { code: string; why: string };
export type Handlers = {
  frame(frame: Frame): void;
  opened?(welcome: Frame): void;
  lost?(why: string, retryMs: number): void;
  refused?(fault: Fault): void;
  taken?(why: string): void;
};
export type Socket = {
  send(data: string): void;
  close(code?: number): void;
  onopen: any;
  onmessage: any;
  onclose: any;
};
/** Sockets, timers, chance and time, as a browser has them. */
export type World = {
  socket(url: string): Socket;
  after(ms: number, run: () => void): any;
  stop(timer: any): void;
  random(): number;
  now(): number;
};
