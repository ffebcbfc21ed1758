"""The rules of the market, the instructions and the keys: in the lobby, and on top of the market when asked for."""

from textual.content import Content

from p2p.information.rules_text import paragraphs
from p2p.information.view_state import ViewState
from p2p.sim.library.texts import catalogue
from tui.model.number_format import number_format
from tui.text.stage_words import in_stage


def rules_text(view: ViewState) -> Content:
    """The whole page, in the words of the catalogue: the keys first, for a reader in a hurry."""
    told = paragraphs(view.rules, catalogue(), view.own.role, view.seats.robots)
    parts = []
    for heading, text in [(catalogue().text("keys.heading"), keys_words(view)), *told]:
        parts += [Content.styled(heading, "bold"), Content(text), Content("")]
    return Content("\n").join(parts[:-1])


def keys_words(view: ViewState) -> str:
    """The keys of this market, in words."""
    resets, figures = view.resets, number_format(view.rules)
    can = view.rules.capabilities
    if in_stage(view):
        return "\n".join(catalogue().text(f"keys.{key}").strip("\n") for key in ("stage", "leaving"))
    if can.posts:
        keys = ["posting"] + (["quantity_energy" if figures.energy else "quantity_unit"] if figures.many else [])
        household = ["household"] if figures.energy else []
        return "\n".join(catalogue().text(f"keys.{key}").strip("\n") for key in [*keys, *household, "leaving"])
    keys = ["quoting"]
    if figures.many:
        keys.append("quantity_energy" if figures.energy else "quantity_unit")
    keys.append("sending")
    if can.withdraws:
        keys.append("better")
    if not view.collects:
        keys.append("taking_current" if resets else "taking")
    if view.rules.loss_confirm:
        keys.append("confirm")
    if not resets:
        keys.append("resting")
    if figures.energy:
        keys.append("household")
    return "\n".join(catalogue().text(f"keys.{key}").strip("\n") for key in [*keys, "leaving"])
