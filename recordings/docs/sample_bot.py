"""The bot of docs/protocol.md, as it stands there: a test runs it against a server of its own."""

SAMPLE_BOT = '''\
import asyncio, json, os
import websockets

class Bot:
    """Takes whatever gains; offers its own unit once a round where nothing stands on its side."""

    def __init__(self):
        self.rules, self.role, self.values = {}, None, []
        self.standing = {"bid": None, "ask": None}
        self.token, self.waiting = 0, None  # the last token that was used; the one that waits for an answer
        self.trading, self.tried = False, set()

    def hear(self, frame):
        """Take in a frame; False where there is nothing to decide on."""
        said = json.loads(frame)
        payload = said["payload"]
        match said["directive"]:
            case "welcome":
                self.rules, self.token = payload["rules"], payload["token"]
            case "error":  # the frame was not taken, and its token is free: say the next one with the expected token
                print(payload["code"], payload["why"])
                self.token, self.waiting = payload.get("token", self.token + 1) - 1, None
                return False
            case "feed":
                for fact in payload["facts"]:
                    self.learn(fact["directive"], fact["payload"])
                for state in payload["state"]:  # derived: the standing quotes after the frame's last fact
                    if state["directive"] == "standing":
                        self.quotes(state["payload"])
        return True

    def learn(self, directive, fact):
        match directive:
            case "schedule":  # the private values or costs of a period, best first
                self.role = fact["role"]
                self.values = [value for value, quantity in fact["steps"] for _ in range(quantity)]
            case "start_round" | "end_round":
                self.trading, self.tried = directive == "start_round", set()
                self.standing = {"bid": None, "ask": None}
            case "paused" | "resumed":
                self.trading = directive == "resumed"
            case "contract":
                if fact.get("mine"):
                    del self.values[: fact.get("quantity", 1)]
                    self.tried = set()
            case "accepted" | "refused" if fact.get("token") == self.waiting:
                self.waiting = None

    def quotes(self, standing):
        """A price is absent, or null, where nothing stands."""
        new = {side: standing.get(side) for side in ("bid", "ask")}
        if new != self.standing:
            self.standing = new
            self.tried.discard("take")

    def decide(self):
        """What to say now: a directive and a price, or nothing."""
        if not self.trading or not self.values or self.waiting:
            return None
        value, buys = self.values[0], self.role == "buyer"
        mine, theirs = ("bid", "ask") if buys else ("ask", "bid")
        price = self.standing[theirs]
        gains = price is not None and (price < value if buys else price > value)
        if gains and "take" not in self.tried and self.rules["institution"] != "call":
            self.tried.add("take")
            return ("buy" if buys else "sell"), price
        if self.standing[mine] is None and "offer" not in self.tried:
            self.tried.add("offer")
            tick = self.rules["tick"]
            price = (value - 1) // tick * tick if buys else -(-(value + 1) // tick) * tick
            return mine, min(max(price, self.rules["price_min"]), self.rules["price_max"])
        return None

async def main(url):
    bot = Bot()
    async with websockets.connect(url, compression=None) as line:
        login = {"code": os.environ["PIT_CODE"], "controller": "robot", "name": "sample"}
        await line.send(json.dumps({"directive": "login", "payload": login}))
        try:
            while True:
                order = bot.decide() if bot.hear(await line.recv()) else None
                if order:
                    bot.token = bot.waiting = bot.token + 1
                    say = {"directive": order[0], "payload": {"price": order[1]}, "token": bot.token}
                    await line.send(json.dumps(say))
                    await asyncio.sleep(0.05)  # a seat may say 20 messages a second
        except websockets.ConnectionClosed as closed:
            if closed.rcvd is None or closed.rcvd.code != 4000:  # 4000: the session is over
                raise

asyncio.run(main("ws://127.0.0.1:8765"))
'''
