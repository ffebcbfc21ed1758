// Plays cases that come as lines of JSON, and says for each where the twin shows another view than Python does.
// A case is {name, steps}; a step is ["frame", text], ["sent", token, message], ["lost", why], ["words"] or
// ["view", now, results, the view that is expected, as text].
import { createInterface } from "node:readline";
import { deepStrictEqual } from "node:assert";
import { Fold } from "../../../server/web/source/fold.js";
import { parse } from "../../../server/web/source/wire.js";

/** JSON as msgspec writes it: a bigint is its digits, and a float beyond 2^53 is told from them by its point. */
export function stringify(thing) {
  if (typeof thing === "bigint") return String(thing);
  if (Number.isInteger(thing) && !Number.isSafeInteger(thing)) return /e/.test(thing) ? String(thing) : `${thing}.0`;
  if (Array.isArray(thing)) return `[${thing.map(stringify).join()}]`;
  if (typeof thing !== "object" || thing === null) return JSON.stringify(thing);
  return `{${Object.entries(thing).map(([key, value]) => `${JSON.stringify(key)}:${stringify(value)}`).join()}}`;
}

function differences(expected, got, path = "") {
  if (expected === got || (Number.isNaN(expected) && Number.isNaN(got))) return [];
  if (typeof expected !== "object" || typeof got !== "object" || expected === null || got === null)
    return [`${path}: ${stringify(expected)} expected, ${got === undefined ? "nothing" : stringify(got)} came`];
  const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
  return [...keys].flatMap((key) => differences(expected[key], got[key], `${path}.${key}`));
}

function frozen(thing) {
  if (typeof thing === "object" && thing !== null && !Object.isFrozen(thing)) {
    Object.freeze(thing);
    Object.values(thing).forEach(frozen);
  }
  return thing;
}

function play({ name, steps }) {
  let fold = null;
  let views = 0;
  for (const [index, [kind, ...said]] of steps.entries()) {
    if (kind === "frame") {
      const frame = parse(said[0]);
      if (frame.directive === "welcome" && !fold) fold = new Fold(frame);
      else fold.received(frame);
    } else if (kind === "sent") fold.sent(...said);
    else if (kind === "lost") fold.lost(...said);
    else if (kind === "words") fold.takeDownWords();
    else {
      const [now, results, expected] = said;
      const view = frozen(fold.view(now, results));
      const wrong = differences(parse(expected), parse(stringify(view)));
      if (wrong.length) return { name, views, wrong: `step ${index}: ${wrong.slice(0, 6).join("; ")}` };
      deepStrictEqual(parse(stringify(view)), view);
      views += 1;
    }
  }
  return { name, views, wrong: "" };
}

for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  try {
    console.log(JSON.stringify(play(one)));
  } catch (error) {
    console.log(JSON.stringify({ name: one.name, views: 0, wrong: String(error.stack).slice(0, 2000) }));
  }
}
