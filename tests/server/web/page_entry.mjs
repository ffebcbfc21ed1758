// Says, of each line of JSON {view, side, price, many}, the order that typed texts make, the acceptance, and the step.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { accepting, quoting, setTexts, stepPrice } from "../../../server/web/source/page.js";

setTexts(JSON.parse(readFileSync(new URL("../../../server/web/static/texts.json", import.meta.url), "utf-8")));
for await (const line of createInterface({ input: process.stdin })) {
	const { view, side, price, many } = JSON.parse(line);
	console.log(JSON.stringify([quoting(view, side, price, many), accepting(view, side, many), stepPrice(view, side, price, true)]));
}
