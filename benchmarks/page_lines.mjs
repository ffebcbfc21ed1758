// Forty lines of the page in one process, for bench_page_lines.py: node page_lines.mjs URL SECONDS CODE … → frames, letters
import { Line } from "../server/web/static/wire.js";

const [url, seconds, ...codes] = process.argv.slice(2);
let frames = 0, letters = 0, here = 0;

class Counted extends WebSocket {
	constructor(address) {
		super(address);
		this.addEventListener("message", ({ data }) => { frames += 1; letters += data.length; });
	}
}

function begun() {
	frames = 0;
	letters = 0;
	console.log("here");
	setTimeout(() => {
		console.log(JSON.stringify({ frames, letters }));
		process.exit(0);
	}, 1000 * Number(seconds));
}

for (const code of codes) {
	const handlers = {
		opened() { here += 1; if (here === codes.length) begun(); },
		frame() {},
		refused(error) { console.error(error); process.exit(1); },
	};
	new Line(url, handlers, { socket: (address) => new Counted(address) }).join({ code, name: "" });
}
