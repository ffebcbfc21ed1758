// Gains and losses of orders beforehand: a line is {view, orders}, an order [side, price, quantity, taking, instead].
import { createInterface } from "node:readline";
import { atWorst, gain } from "../../../server/web/source/fold.js";
import { parse } from "../../../server/web/source/wire.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { view: text, orders } = JSON.parse(line);
  const view = parse(text);
  const told = orders.map(([side, price, quantity, taking, instead]) => {
    const open = view.own.orders.find((one) => one.order === instead) ?? null;
    return [gain(view, side, price, quantity), atWorst(view, price, quantity, taking, open)];
  });
  console.log(JSON.stringify(told, (_, one) => (typeof one === "bigint" ? String(one) : one)));
}
