"""The screen of stages without trade: consent, pages, questions, earnings, and waiting for the others."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key, Paste

from p2p.information.view_state import StageView, ViewState
from p2p.messages import Agree, Message, TurnPage
from tui.screens.ask_twice import AskTwiceScreen
from tui.screens.requests import HelpRequested, LeaveRequested, OrderRequested
from tui.screens.rules import RulesScreen
from tui.screens.stage_page import StagePage
from tui.text.refusals import refused_sentence
from tui.text.stage_words import (
    STAGE_MESSAGES,
    Mode,
    mode,
    needs_help,
    say,
)
from tui.widgets.question import AnswerField, QuestionBox

LEAVE_S = 4.0
"""How long the question is open whether leaving is meant."""
LEAVE = "Press q again to leave. You can join again with your code."
_WHERE: dict[str, tuple[Mode, ...]] = {
    "next": ("reads",),
    "back": ("reads",),
    "send": ("asks",),
    "agree": ("consents",),
    "decline": ("consents",),
    "tick": ("consents",),
    "seen": ("earns",),
    "to_field": ("asks",),
}
"""The keys that act in some stages only."""


class StageScreen(StagePage):
    """The same with the keys of its person."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,n,right", "next", "Next", key_display="⏎"),
        Binding("left,p", "back", "Back", key_display="←"),
        Binding("a", "agree", "Agree"),
        Binding("d", "decline", "Decline"),
        Binding("space", "tick", "Data use"),
        Binding("enter", "send", "Send", key_display="⏎"),
        Binding("enter", "seen", "Seen", key_display="⏎"),
        Binding("tab", "to_field", "", show=False),
        Binding("right", "choose(1)", "", show=False),
        Binding("left", "choose(-1)", "", show=False),
        Binding("down", "down(1)", "", show=False),
        Binding("up", "down(-1)", "", show=False),
        Binding("pagedown", "scroll_screens(1)", "", show=False),
        Binding("pageup", "scroll_screens(-1)", "", show=False),
        Binding("backspace", "rub_out", "", show=False),
        Binding("i,h,question_mark", "rules", "Info", key_display="i"),
        Binding("f", "help", "Help"),
        Binding("q", "leave", "Leave"),
    ]

    def __init__(self, view: ViewState | None = None) -> None:
        super().__init__(view)
        self._leaving = False
        self._said = ""
        self._pages_sent: tuple[int, int] = (-1, 0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of other stages are not shown, and do nothing."""
        stage = self.stage
        now = mode(stage) if stage else None
        if action == "choose":
            return now == "asks"
        if action == "seen":
            return now == "earns" and stage is not None and not stage.done
        if action == "tick":
            return now == "consents" and stage is not None and stage.shown.data_use
        if action == "help":
            return now != "left"
        if action in _WHERE:
            return now in _WHERE[action]
        return super().check_action(action, parameters)

    def mode_changed(self, now: Mode) -> None:
        """The field for words has the keys while words are asked for."""
        self.set_focus(None)

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date; a new question for words takes the keys."""
        box = self.query_one(QuestionBox)
        before = box.question
        super().draw(view)
        question = box.question
        if box.display and question is not before:
            self._said = ""
            self._focus_field()

    def line(self, view: ViewState, stage: StageView, now: Mode) -> Content:
        """The last sentence of its own, a refusal, or what to do."""
        if self._said:
            return Content.styled(f"✘ {self._said}", "bold $text-error")
        answer = view.news
        refused = getattr(answer, "refused", None)
        order = getattr(answer, "order", None)
        if refused is not None and isinstance(order, STAGE_MESSAGES) and not stage.done:
            why = say("refused", why=refused_sentence(refused))
            return Content.styled(f"✘ {why}", "bold $text-error")
        if now == "asks" and self._is_words() and not isinstance(self.focused, AnswerField) and not needs_help(stage):
            return Content(say("ask.text_keys"))
        return super().line(view, stage, now)

    # --- keys -------------------------------------------------------------------------------------------------------

    async def on_key(self, event: Key) -> None:
        """Keys act in their turn; digits belong to the answer."""
        if event.key != "q":
            self._leaving = False
        self._say("")
        if isinstance(self.focused, AnswerField):
            return
        if self._is_choosing() and event.character and self.query_one(QuestionBox).type(event.character):
            event.stop()
            self._redraw()
            return
        bound = self.active_bindings.get(event.key)
        if bound is not None and bound.node is self and bound.enabled:
            event.stop()
            await self.run_action(bound.binding.action)
        elif event.is_printable and event.character:
            event.stop()
            self._say(say("unknown_key", sign=event.character))

    def on_paste(self, event: Paste) -> None:
        """Pasted text is a number's, or no key; the field for words takes its own."""
        if not isinstance(self.focused, AnswerField) and self._is_choosing():
            for character in event.text.strip():
                self.query_one(QuestionBox).type(character)
            self._redraw()

    def action_next(self) -> None:
        """The next page; after the last one the person is done."""
        stage = self.stage
        if stage is None or not stage.shown.pages:
            return
        of, sent = self._pages_sent
        read = max(stage.read, sent if of == stage.number else 0)
        if self.page + 1 > read and not stage.done:
            self._pages_sent = stage.number, self.page + 1
            self._send(TurnPage(stage.number, self.page + 1))
        if self.page + 1 < len(stage.shown.pages):
            self._open(self.page + 1)

    def action_back(self) -> None:
        """The page before."""
        self._open(max(0, self.page - 1))

    def _open(self, page: int) -> None:
        if page != self.page:
            self.page = page
            self.query_one("#stage-page").scroll_home(animate=False)
            self._redraw()

    def action_tick(self) -> None:
        """Tick the consent to data use, or clear it."""
        self.data_use = not self.data_use
        self._redraw()

    def action_agree(self) -> None:
        """Take part."""
        if self.stage and not self._waits():
            self._send(Agree(self.stage.number, True, self.data_use and self.stage.shown.data_use))

    def action_decline(self) -> None:
        """Take no part, if it is said twice."""
        stage = self.stage
        if stage is None or self._waits():
            return

        def decline(sure: bool | None) -> None:
            if sure:
                self._send(Agree(stage.number, False))

        self.app.push_screen(AskTwiceScreen(say("consent.decline"), say("consent.decline_sure")), decline)

    def action_send(self) -> None:
        """Send the answer, or say why not."""
        stage = self.stage
        if stage is None or self._waits():
            return
        if needs_help(stage):
            self._say(say("ask.wait"))
            return
        box = self.query_one(QuestionBox)
        answer = box.answer()
        if isinstance(answer, str):
            self._say(answer)
            return
        box.sent()
        self._send(answer)

    def on_answer_field_sent(self) -> None:
        """Enter in the field for words."""
        self.action_send()

    def on_answer_field_freed(self) -> None:
        """Letters are keys again."""
        self.set_focus(None)
        self._redraw()

    def on_descendant_focus(self) -> None:
        """The line says what the keys do now: in the field letters are letters."""
        self._redraw()

    def on_descendant_blur(self) -> None:
        """Likewise."""
        self._redraw()

    def on_text_area_changed(self) -> None:
        """The room that is left is shown as it shrinks."""
        self._redraw()

    def action_to_field(self) -> None:
        """Back to the field for words."""
        self._focus_field()

    def action_seen(self) -> None:
        """The earnings have been seen."""
        if self.stage and not self._waits():
            self._send(TurnPage(self.stage.number, 1))

    def action_choose(self, step: int) -> None:
        """Another option."""
        self.query_one(QuestionBox).move(step)
        self._redraw()

    def action_down(self, step: int) -> None:
        """Another option of a list; else a line down or up."""
        box = self.query_one(QuestionBox)
        if self._is_choosing() and box.options:
            self.action_choose(step)
        else:
            self.query_one("#stage-page").scroll_relative(y=step, animate=False)

    def action_scroll_screens(self, step: int) -> None:
        """A screen down or up."""
        page = self.query_one("#stage-page")
        page.scroll_relative(y=step * max(1, page.size.height - 1), animate=False)

    def action_rub_out(self) -> None:
        """Take back the last character."""
        self.query_one(QuestionBox).rub_out()
        self._redraw()

    def action_rules(self) -> None:
        """The keys, the rules and the way out, on top."""
        if self.view:
            self.app.push_screen(RulesScreen(self.view))

    def action_help(self) -> None:
        """Ask for help, or take that back."""
        self.post_message(HelpRequested())

    def action_leave(self) -> None:
        """Leave, if it is meant."""
        stage = self.stage
        if self._leaving or (stage is not None and stage.left):
            self.post_message(LeaveRequested())
            return
        self._leaving = True
        self.set_timer(LEAVE_S, self._stay)
        self.notify(LEAVE, timeout=LEAVE_S)

    def _stay(self) -> None:
        """The question is over: the next q asks again."""
        self._leaving = False

    # --- parts ------------------------------------------------------------------------------------------------------

    def not_sent(self, why: str, typed: str) -> None:
        """A message could not be sent."""
        self._pages_sent = (-1, 0)
        self._say(say("unsent", why=why))

    def _is_choosing(self) -> bool:
        return self.stage is not None and mode(self.stage) == "asks" and not needs_help(self.stage)

    def _is_words(self) -> bool:
        question = self.query_one(QuestionBox).question
        return question is not None and question.kind == "text"

    def _focus_field(self) -> None:
        field = self.query_one(AnswerField)
        if self._is_choosing() and self._is_words():
            self.call_after_refresh(field.focus)

    def _waits(self) -> bool:
        """Whether a message of this stage has no answer yet: one at a time."""
        return self.view is not None and any(isinstance(sent.message, STAGE_MESSAGES) for sent in self.view.pending)

    def _send(self, message: Message) -> None:
        self.post_message(OrderRequested(message, ""))

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self._redraw()

    def _redraw(self) -> None:
        if self.view:
            self.draw(self.view)
