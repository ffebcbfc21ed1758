// A long session in a crowded market, told to the fold as fast as it can take it, a view for each frame of a screen.
// In: the welcome frame. Out: the heap and the busy time of each minute of the session. Needs --expose-gc.
import { readFileSync } from "node:fs";
import { Fold } from "../../../server/web/source/fold.js";

const [welcome, facts, minutes] = readFileSync(0, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const FACTS_A_SECOND = 200;
const FRAMES_A_SECOND = 50;
const fold = new Fold(welcome);
const said = (directive, payload, at) => ({ directive, payload, at });
let seed = 7;
const chance = (most) => (seed = (seed * 48271) % 2147483647) % most;
let number = 0;
let order = 0;
let contract = 0;
let open = [];

function fact(at) {
  const what = chance(100);
  const side = chance(2) ? "bid" : "ask";
  const price = side === "bid" ? 100 + chance(60) : 160 + chance(60);
  if (what < 45) return said("quote", { side, price, mine: chance(40) === 0, quantity: 1 + chance(5) }, at);
  if (what < 70 && open.length < 300) {
    const one = { order: (order += 1), side, price, quantity: 1 + chance(5), mine: chance(40) === 0 };
    open.push(one);
    return said("order", one, at);
  }
  if (what < 95 && open.length) return said("order", { ...open.splice(chance(open.length), 1)[0], quantity: 0 }, at);
  return said("contract", { number: (contract += 1), price, taken: "bid", quantity: 1 + chance(3) }, at);
}

const report = [];
for (let minute = 0; minute < minutes; minute += 1) {
  const begun = process.cpuUsage().user;
  for (let frame = 0; frame < 60 * FRAMES_A_SECOND; frame += 1) {
    const now = Math.round((minute * 60 + frame / FRAMES_A_SECOND) * 1e6);
    const told = [];
    if (frame === 0 && minute % 4 === 0) {
      contract = 0;
      told.push(said("end_round", { period: minute / 4 }, now), said("schedule", facts.schedule, now));
      told.push(said("start_round", { period: minute / 4 + 1, length_us: 240e6 }, now));
    }
    while (told.length < FACTS_A_SECOND / FRAMES_A_SECOND) told.push(fact(now));
    fold.received({ directive: "feed", payload: { first: number + 1, now, facts: told, state: [] } });
    number += told.length;
    fold.view(now);
  }
  const busy = process.cpuUsage().user - begun;
  open = open.slice(-300);
  globalThis.gc();
  report.push({ busy, heap: process.memoryUsage().heapUsed });
}
console.log(JSON.stringify(report));
