"""What the tests of watch any order share with others."""

from bots.broker.topic_reader import TopicReader
from tui.model.model import Model


class Screen:
    """What is shown of what was heard."""

    def __init__(self, rules: bytes) -> None:
        self.heard, self.model = TopicReader("session"), None
        self.rules = rules

    def hear(self, topic: str, payload: bytes) -> None:
        """A message; the rules, whenever they come, open the screen."""
        told = self.heard.on_message(topic, payload)
        if self.model is None and self.heard.rules:
            self.model, told = Model(self.heard.rules, None), self.heard.follows()
        if self.model and isinstance(told, list):
            for fact in told:
                self.model.fold(fact)
            self.model.set_states(self.heard.states)
