// Plays of the page's line with a socket, timers, chance and time of the test's own: each play is named, and says what
// went wrong, or nothing.
import assert from "node:assert/strict";
import { Line, parse } from "../../../server/web/source/wire.js";

const RULES = { title: "", currency: "", instructions: "" };
const welcome = (more = {}) => ({ session: "s", seat: 3, resume: "r1", token: 0, facts: 0, rules: RULES, ...more });
const fact = (directive, payload = {}) => ({ directive, from: "session", to: 3, at: 0, payload });

/** A room in which the test is the server, the clock and chance. */
class Room {
  constructor() {
    this.time = 0;
    this.timers = [];
    this.sockets = [];
    this.heard = [];
    const note = (name) => (...said) => this.heard.push([name, ...said]);
    const handlers = Object.fromEntries(["frame", "opened", "lost", "refused", "taken"].map((one) => [one, note(one)]));
    this.line = new Line("ws://lab", handlers, {
      socket: () => this.socket(),
      after: (ms, run) => this.timers[this.timers.push({ at: this.time + ms, run }) - 1],
      stop: (timer) => void this.timers.splice(this.timers.indexOf(timer), this.timers.includes(timer) ? 1 : 0),
      random: () => 1,
      now: () => this.time,
    });
  }

  socket() {
    const one = { sent: [], closed: false, onopen: null, onmessage: null, onclose: null };
    one.send = (data) => one.sent.push(JSON.parse(data));
    one.close = () => (one.closed = true);
    this.sockets.push(one);
    return one;
  }

  /** The newest socket. */
  get now() {
    return this.sockets.at(-1);
  }

  pass(ms) {
    const until = this.time + ms;
    for (;;) {
      this.timers.sort((one, other) => one.at - other.at);
      if (!this.timers.length || this.timers[0].at > until) break;
      const { at, run } = this.timers.shift();
      this.time = at;
      run();
    }
    this.time = until;
  }

  tell(directive, payload) {
    this.now.onmessage({ data: JSON.stringify({ directive, payload }) });
  }

  feed(first, ...facts) {
    this.tell("feed", { first, now: 0, facts, state: [] });
  }

  joined(who = { code: "ABCD2345", name: "Ada" }, more = {}) {
    this.line.join(who);
    this.now.onopen();
    this.tell("welcome", welcome(more));
    return this;
  }

  cut(code = 1006, reason = "") {
    const { onclose } = this.now;
    onclose({ code, reason });
  }

  back(more = {}) {
    this.pass(3000);
    this.now.onopen();
    this.tell("welcome", welcome(more));
  }

  of(name) {
    return this.heard.filter(([one]) => one === name).map(([, ...said]) => said);
  }

  facts() {
    return this.of("frame").filter(([one]) => one.directive === "feed").flatMap(([one]) => one.payload.facts);
  }
}

const bid = (price) => ({ directive: "bid", payload: { price } });
const PLAYS = {
  "a code is said first, the token after it"() {
    const room = new Room().joined({ code: "ABCD2345", name: "Ada", device: "d", label: "7" });
    const said = { code: "ABCD2345", have: 0, controller: "human", name: "Ada", device: "d", label: "7" };
    assert.deepEqual(room.now.sent, [{ directive: "login", payload: said }]);
    room.cut();
    room.back();
    const again = { resume: "r1", have: 0, controller: "human", name: "Ada" };
    assert.deepEqual(room.now.sent, [{ directive: "login", payload: again }]);
    assert.deepEqual(room.heard.map(([name]) => name), ["frame", "opened", "lost", "frame", "opened"]);
  },
  "a page that comes back has its token, and hears all from the first fact"() {
    const room = new Room().joined({ token: "kept" });
    assert.deepEqual(room.now.sent[0].payload, { resume: "kept", have: 0, controller: "human" });
  },
  "facts come without a gap and without a double over cuts"() {
    const room = new Room().joined();
    room.feed(1, fact("lobby", { n: 1 }), fact("lobby", { n: 2 }));
    room.cut();
    room.back();
    assert.equal(room.now.sent[0].payload.have, 2);
    room.feed(1, fact("lobby", { n: 1 }), fact("lobby", { n: 2 }), fact("lobby", { n: 3 }));
    room.feed(3, fact("lobby", { n: 3 }), fact("lobby", { n: 4 }));
    room.feed(5);
    assert.deepEqual(room.facts().map((one) => one.payload.n), [1, 2, 3, 4]);
    assert.deepEqual(room.of("frame").map(([one]) => one.payload.first).filter(Boolean), [1, 3, 4, 5]);
  },
  "where a fact is missing the page is told to reload"() {
    const room = new Room().joined();
    room.feed(2, fact("lobby"));
    assert.equal(room.of("refused")[0][0].code, "reload");
    assert.ok(room.now.closed);
    assert.deepEqual(room.facts(), []);
  },
  "tokens rise by one, and what is unanswered is said again in order"() {
    const room = new Room().joined({ code: "A" }, { token: 7 });
    assert.deepEqual([8, 9, 10], [90, 91, 92].map((price) => room.line.say(bid(price)).token));
    room.feed(1, fact("accepted", { token: 8 }));
    room.cut();
    assert.deepEqual(room.line.say(bid(93)), { token: 11 });
    assert.equal(room.now.sent.length, 4);
    room.back({ token: 8 });
    assert.deepEqual(room.now.sent.slice(1).map((one) => [one.token, one.payload.price]), [[9, 91], [10, 92], [11, 93]]);
    assert.equal(room.now.sent[1].seen, 0); // the same frame again, as it was said
    assert.equal(room.line.say(bid(94)).token, 12);
    assert.equal(room.now.sent.at(-1).seen, 1);
  },
  "where a robot stood in, nothing that was said before is said again"() {
    const room = new Room().joined();
    for (let token = 1; token <= 5; token += 1) room.line.say(bid(90));
    room.cut();
    room.back({ stood_in: true, token: 3 });
    assert.equal(room.now.sent.length, 1);
    assert.equal(room.line.say(bid(91)).token, 4);
  },
  "only an answer takes a message off the list, a yes or a no"() {
    const room = new Room().joined();
    for (let token = 1; token <= 3; token += 1) room.line.say(bid(90));
    room.feed(1, fact("accepted", { token: 1 }), fact("refused", { token: 2 }), fact("quote", { token: 3 }));
    room.cut();
    room.back({ token: 2 });
    assert.deepEqual(room.now.sent.slice(1).map((one) => one.token), [3]);
  },
  "nothing is said on a connection before its welcome"() {
    const room = new Room().joined();
    room.cut();
    room.pass(3000);
    room.now.onopen();
    room.line.say(bid(90));
    assert.equal(room.now.sent.length, 1);
    room.tell("welcome", welcome());
    assert.deepEqual(room.now.sent.slice(1).map((one) => one.token), [1]);
  },
  "another code may be another seat: nothing of the first is kept"() {
    const room = new Room().joined();
    room.feed(1, fact("lobby"));
    room.line.say(bid(90));
    room.joined({ code: "OTHER" }, { seat: 5, resume: "r5" });
    assert.deepEqual(room.now.sent.map((one) => one.payload), [{ code: "OTHER", have: 0, controller: "human" }]);
    room.line.join({ token: "r5" });
    room.now.onopen();
    assert.deepEqual(room.now.sent[0].payload, { resume: "r5", have: 0, controller: "human" });
  },
  "nothing can be said before the server has let one in, nor too much, nor at too great length"() {
    const room = new Room();
    room.line.join({ code: "A" });
    assert.equal(room.line.say(bid(90)).code, "not_welcome");
    room.joined();
    assert.equal(room.line.say({ directive: "respond", payload: { text: "é".repeat(9000) } }).code, "too_long");
    for (let token = 1; token <= 64; token += 1) assert.deepEqual(room.line.say(bid(90)), { token });
    assert.equal(room.line.say(bid(90)).code, "too_many_pending");
  },
  "tries come at longer pauses up to a bound, and at short ones again once one was let in"() {
    const room = new Room().joined();
    for (let turn = 0; turn < 7; turn += 1) {
      room.cut();
      room.pass(3000);
    }
    assert.deepEqual(room.of("lost").map(([, ms]) => ms), [100, 200, 400, 800, 1600, 3000, 3000]);
    room.now.onopen();
    room.tell("welcome", welcome());
    room.cut();
    assert.equal(room.of("lost").at(-1)[1], 100);
  },
  "a server that is gone is tried for ever, one connection at a time"() {
    const room = new Room();
    room.line.join({ code: "A" });
    for (let turn = 0; turn < 50; turn += 1) {
      room.cut(1006);
      room.pass(3000);
    }
    assert.equal(room.sockets.length, 51);
    assert.equal(room.timers.length, 1);
  },
  "a connection that does not open is given up after some seconds"() {
    const room = new Room();
    room.line.join({ code: "A" });
    room.pass(5000);
    assert.ok(room.sockets[0].closed);
    assert.equal(room.of("lost").length, 1);
    room.pass(100);
    assert.equal(room.sockets.length, 2);
  },
  "an order without an answer on a line that says nothing: the line is tried anew, and the order said once more"() {
    const room = new Room().joined();
    room.line.say(bid(90));
    room.pass(6000);
    assert.ok(room.sockets[0].closed);
    room.back();
    assert.deepEqual(room.now.sent.slice(1).map((one) => one.token), [1]);
  },
  "an order without an answer on a line that says much is waited for"() {
    const room = new Room().joined();
    room.line.say(bid(90));
    for (let number = 1; number <= 20; number += 1) {
      room.pass(1000);
      room.feed(number, fact("quote"));
    }
    assert.equal(room.sockets.length, 1);
    room.feed(21, fact("accepted", { token: 1 }));
    room.pass(60_000);
    assert.equal(room.sockets.length, 1);
    assert.deepEqual(room.timers, []);
  },
  "a page that wakes tries at once, and trusts a line that has just spoken"() {
    const room = new Room();
    room.pass(60_000);
    room.joined().line.wake();
    assert.equal(room.sockets.length, 1);
    room.pass(20_000);
    room.line.wake();
    assert.ok(room.sockets[0].closed);
    assert.equal(room.sockets.length, 2);
    room.cut();
    room.line.wake();
    assert.equal(room.sockets.length, 3);
    assert.equal(room.timers.length, 1);
  },
  "another device takes the seat: that is final until somebody asks"() {
    const room = new Room().joined();
    room.cut(4001, "somebody else");
    assert.deepEqual(room.of("taken"), [["somebody else"]]);
    room.pass(60_000);
    room.line.wake();
    assert.equal(room.sockets.length, 1);
    room.line.join({ token: "r1" });
    assert.equal(room.sockets.length, 2);
  },
  "a code that is refused is told with its reason, and not tried again"() {
    const room = new Room();
    room.line.join({ code: "WRONG" });
    room.now.onopen();
    room.tell("error", { code: "no_spectators", why: "nobody may watch" });
    room.cut(4002, "nobody may watch");
    assert.deepEqual(room.of("refused"), [[{ code: "no_spectators", why: "nobody may watch" }]]);
    room.pass(60_000);
    assert.equal(room.sockets.length, 1);
  },
  "a token that is refused: once more with the code, where there is one"() {
    const room = new Room().joined({ code: "A" });
    room.cut();
    room.pass(100);
    room.now.onopen();
    room.cut(4002, "void");
    room.pass(3000);
    room.now.onopen();
    assert.equal(room.now.sent[0].payload.code, "A");
    room.cut(4002, "void");
    assert.equal(room.of("refused").length, 1);
  },
  "a session that is over is told so, whatever was wrong before"() {
    const room = new Room().joined();
    room.tell("error", { code: "bad_payload", why: "no" });
    room.cut(4000, "the session is over");
    assert.deepEqual(room.of("refused"), [[{ code: "over", why: "the session is over" }]]);
  },
  "a frame that is new to this page means that it is too old"() {
    for (const data of ['{"directive":"hologram","payload":{}}', "no JSON"]) {
      const room = new Room().joined();
      room.now.onmessage({ data });
      assert.equal(room.of("refused")[0][0].code, "reload");
    }
  },
  "another session at the same address is no continuation"() {
    const room = new Room().joined();
    room.cut();
    room.back({ session: "other" });
    assert.equal(room.of("refused")[0][0].code, "another_session");
  },
  "messages that the server let drop are said again soon"() {
    const room = new Room().joined();
    room.line.say(bid(90));
    room.tell("error", { code: "bad_payload", why: "not this one", token: 2 });
    room.pass(250);
    assert.equal(room.now.sent.length, 2);
    room.tell("error", { code: "too_fast", why: "slower", token: 1 });
    room.tell("error", { code: "token_gap", why: "slower", token: 1 });
    room.pass(250);
    assert.deepEqual(room.now.sent.slice(1).map((one) => one.token), [1, 1]);
    assert.equal(room.of("refused").length, 0);
  },
  "to ask at the door takes no seat"() {
    const room = new Room();
    room.line.join({ code: "A", device: "d", ask: true });
    room.now.onopen();
    assert.deepEqual(room.now.sent[0].payload, { code: "A", device: "d", ask: true });
    room.tell("door", { code: "class", wants: ["name"] });
    assert.equal(room.of("frame")[0][0].payload.code, "class");
    assert.equal(room.of("refused")[0][0].code, "asked");
    room.joined({ code: "A", name: "Ada" });
    assert.equal(room.of("opened").length, 1);
  },
  "a market is watched without a seat, and the experimenter's code is no seat's"() {
    const room = new Room().joined({ watch: 1 }, { seat: null });
    assert.deepEqual(room.now.sent[0].payload, { spectator: true, market: 1, have: 0 });
    assert.equal(room.of("opened").length, 1);
    assert.equal(new Room().joined({ code: "A" }, { seat: null }).of("refused")[0][0].code, "no_seat");
  },
  "what an old connection still says is not heard"() {
    const room = new Room().joined();
    const old = room.now;
    room.line.join({ token: "r1" });
    assert.ok(old.closed);
    assert.deepEqual([old.onmessage, old.onclose, old.onopen], [null, null, null]);
  },
  "whole numbers of any size are read, and no text is taken for one"() {
    const text = '{"a":9007199254740993,"b":[-12345678901234567890,1e300,0.1234567890123456789],"c":"b9007199254740993",' +
      '"b9":"s\\"9007199254740993\\\\","\\u0073":{"__proto__":9007199254740991},"d":[],"e":{},"f":null,"g":true,"h":""}';
    const read = parse(text);
    assert.equal(read.a, 9007199254740993n);
    assert.deepEqual(read.b, [-12345678901234567890n, 1e300, 0.1234567890123456789]);
    assert.equal(read.c, "b9007199254740993");
    assert.equal(read.b9, 's"9007199254740993\\');
    assert.equal(Object.getOwnPropertyDescriptor(read.s, "__proto__").value, 9007199254740991);
    assert.deepEqual([read.d, read.e, read.f, read.g, read.h], [[], {}, null, true, ""]);
    assert.equal(parse("9007199254740992"), 9007199254740992n);
    assert.throws(() => parse('{"a":12345678901234567890'));
  },
};

for (const [name, play] of Object.entries(PLAYS)) {
  try {
    play();
    console.log(JSON.stringify({ name, wrong: "" }));
  } catch (error) {
    console.log(JSON.stringify({ name, wrong: String(error.stack).slice(0, 1500) }));
  }
}
