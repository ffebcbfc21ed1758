// Says, of each line of JSON {rules, role, robots, before}, the rules in words as the page has them, and their change.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { changesText, paragraphs, sentences, setTexts, T } from "../../../server/web/source/page.js";

setTexts(JSON.parse(readFileSync(new URL("../../../server/web/static/texts.json", import.meta.url), "utf-8")));
for await (const line of createInterface({ input: process.stdin })) {
	const { rules, role, robots, before } = JSON.parse(line);
	const start = sentences("start", rules).map(([key, fields]) => T(key, fields));
	console.log(JSON.stringify([start, paragraphs(rules, role, robots), before ? changesText(2, before, rules) : ""]));
}
