"""A stage without trade as its person sees it, on their own screen and in a mirror of it."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Markdown

from p2p.information.view_state import StageView, ViewState
from tui.screens.base import LabScreen
from tui.screens.requests import DrawRequested
from tui.text.stage_words import (
    STAGE_MESSAGES,
    Mode,
    card_lines,
    feedback,
    heading,
    how_to_answer,
    let_on,
    mode,
    needs_help,
    progress,
    say,
    told_beforehand,
    waiting,
)
from tui.widgets.notice import Notice
from tui.widgets.question import QuestionBox
from tui.widgets.status import Status
from tui.widgets.text_line import TextLine
from tui.widgets.wrapped_line import WrappedLine


class StagePage(LabScreen):
    """A stage as its person sees it. `page`: the page of a text that is open, from 0."""

    AUTO_FOCUS = ""

    def __init__(self, view: ViewState | None = None) -> None:
        super().__init__()
        self.view = view
        self.page = 0
        self.data_use = False
        self._of: int | None = None
        self._markdown = ""
        self._mode: Mode | None = None

    @property
    def stage(self) -> StageView | None:
        """The stage that is shown."""
        return self.view.stage if self.view else None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Status(id="status")
        yield Notice()
        with VerticalScroll(id="stage-page", classes="panel", can_focus=False):
            yield Markdown(id="stage-text", open_links=False)
            yield QuestionBox()
            yield TextLine(id="stage-card")
        yield WrappedLine(id="stage-told")
        yield WrappedLine(id="stage-line")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Draw as soon as the parts have their places."""
        self.call_after_refresh(self.post_message, DrawRequested())

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        self.view = view
        self.note_words(view)
        self.query_one(Status).show(view)
        self.query_one(Notice).show(view)
        stage = view.stage
        if stage is None:
            return
        self._follow(stage)
        now = mode(stage)
        page = self.query_one("#stage-page")
        page.border_title = heading(stage)
        page.border_subtitle = " · ".join(part for part in (progress(stage, self.page), self._scrolls()) if part)
        self._show_text(stage, now)
        box, card = self.query_one(QuestionBox), self.query_one("#stage-card", TextLine)
        box.display = now == "asks"
        if box.display:
            box.show(stage)
        lines = card_lines(view, stage)
        card.display = bool(lines)
        card.set_text(Content("\n".join(lines)))
        self._show_lines(view, stage, now)
        if now != self._mode:
            self._mode = now
            self.refresh_bindings()
            self.mode_changed(now)

    def mode_changed(self, now: Mode) -> None:
        """Another activity has begun."""

    def _follow(self, stage: StageView) -> None:
        """Open the first page that is not read; another stage begins at its top."""
        if stage.number != self._of:
            self._of, self.data_use = stage.number, False
            self.page = min(stage.read, max(0, len(stage.shown.pages) - 1))
            self.query_one("#stage-page").scroll_home(animate=False)

    def _scrolls(self) -> str:
        page = self.query_one("#stage-page")
        return say("scroll") if page.max_scroll_y > 0 else ""

    def _show_text(self, stage: StageView, now: Mode) -> None:
        text = self.query_one(Markdown)
        text.display = now in ("consents", "reads")
        shown = stage.shown.pages[min(self.page, len(stage.shown.pages) - 1)] if stage.shown.pages else ""
        if now == "consents" and self.view and (more := told_beforehand(self.view)):
            shown = f"{shown.rstrip()}\n\n{more}"
        if text.display and shown != self._markdown:
            self._markdown = shown
            text.update(shown)
            self.call_after_refresh(self.post_message, DrawRequested())  # how far it scrolls is known by then

    def _show_lines(self, view: ViewState, stage: StageView, now: Mode) -> None:
        told, line = self.query_one("#stage-told", WrappedLine), self.query_one("#stage-line", WrappedLine)
        fate = feedback(stage) if stage.shown.questions and now in ("asks", "waits") else self._ticked(stage, now)
        told.display = bool(fate)
        style = "bold $text-success" if fate.startswith("✓") else "bold $text-error" if fate.startswith("✘") else ""
        told.set_text(Content.styled(fate, style))
        line.set_text(self.line(view, stage, now))

    def _ticked(self, stage: StageView, now: Mode) -> str:
        """The consent to data use, apart from taking part: empty until it is ticked."""
        if now != "consents" or not stage.shown.data_use:
            return ""
        return f"[{'x' if self.data_use else ' '}] {say('consent.data_use')}"

    def line(self, view: ViewState, stage: StageView, now: Mode) -> Content:
        """The line at the bottom: the keys of now, or the event that is waited for."""
        if any(isinstance(sent.message, STAGE_MESSAGES) for sent in view.pending):
            return Content.styled(say("sending"), "bold $text-warning")
        match now:
            case "consents":
                return Content.styled(say("consent.ask"), "bold")
            case "reads" if stage.done:
                moved = f"{say('moved')} " if let_on(stage) else ""
                return Content.styled(moved + waiting(stage), "bold")
            case "reads":
                last = self.page == len(stage.shown.pages) - 1
                return Content(say("text.last" if last else "text.next"))
            case "asks":
                question = self.query_one(QuestionBox).question
                return Content(how_to_answer(question) if question and not needs_help(stage) else "")
            case "earns":
                return Content(say("earnings.waits" if stage.done else "earnings.seen"))
            case _:
                return Content("")
