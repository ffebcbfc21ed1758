"""tools/prose.py: what is found not to be plain, and what is left alone, in small examples."""

from tools import prose

LONG = "The order rests in the book " + "and waits there " * 7 + "for long."


def faults(text: str) -> list[str]:
    return [finding.fault for finding in prose.of_text("page.md", 1, "page", text)]


def docstrings(text: str) -> list[tuple[int, str, str]]:
    return [(found.line, found.kind, found.fault) for found in prose.of_module("p2p/a.py", text)]


def test_twenty_five_words_are_plain_and_twenty_six_are_not():
    assert faults(" ".join(["Word"] * 25) + ".") == []
    assert faults(" ".join(["Word"] * 26) + ".") == ["26 words"]


def test_code_between_backticks_is_one_word_and_its_content_is_not_read():
    assert faults(" ".join(["Word"] * 24) + " `who is there, a b c d e f g`.") == []


def test_a_list_of_code_is_one_word():
    assert faults("The reasons: " + ", ".join(["`moved`"] * 30) + " and `not_open`.") == []
    assert faults("`a` and " + " ".join(["word"] * 25)) == ["27 words"]


def test_signs_alone_are_no_words():
    assert faults(" ".join(["Word –"] * 25) + ".") == []


def test_who_without_a_noun_before_it_is_a_subject():
    for sentence in (
        "Who is there has a seat.",
        "It says who is there.",
        "The server knows (who holds the seat).",
        "Of who has come.",
        "The rule: who quotes first trades first.",
    ):
        assert faults(sentence) == ["who as subject"], sentence


def test_who_after_a_noun_or_a_pronoun_is_a_relative_clause():
    for sentence in (
        "Traders who have no unit left wait.",
        "Those who wait pay nothing.",
        "All who hear it know.",
        "A trader, who may be a robot, waits.",
        "A viewer (who sees nothing else) waits.",
    ):
        assert faults(sentence) == [], sentence


def test_what_before_a_verb_or_at_the_beginning_is_a_subject():
    for sentence in (
        "What was said is kept.",
        "It takes what stands.",
        "It keeps what never comes.",
        "What a seat holds.",
        "The rest: what traders hold.",
    ):
        assert faults(sentence) == ["what as subject"], sentence


def test_what_as_an_object_is_plain():
    assert faults("A comment says what it costs.") == []
    assert faults("It shows what traders hold.") == []


def test_a_heading_of_one_word_is_no_clause():
    assert faults("| what | where |") == []


def test_whoever_and_whatever_are_never_plain():
    assert faults("Whoever comes sits.") == ["whoever as subject"]
    assert faults("It takes whatever gains.") == ["whatever as subject"]


def test_questions_are_plain():
    assert faults("Who may say what to whom? What is a tick?") == []


def test_code_blocks_and_headings_are_not_read():
    assert faults(f"# What was said\n\n```\n{LONG}\n```\n\n    what is this\n\nShort.") == []
    assert faults(">>> what is this\n... what was that") == []
    assert faults("It is written\n\n  fixed    what is said\n") == []
    assert faults("call         what is there | what was there | contracts") == []


def test_an_underlined_heading_is_not_read():
    assert faults("What it is\n----------\n\nPlain.") == []
    assert faults("It takes what stands.\n\nHeading\n=======\nPlain.") == ["what as subject"]


def test_each_cell_of_a_table_and_each_item_of_a_list_is_prose_of_its_own():
    half = " ".join(["word"] * 20)
    assert faults(f"| {half} | {half} |") == []
    assert faults(f"- {half}\n- {half}\n  {half}") == ["40 words"]
    assert faults(f"1. {half}\n2. {half}") == []
    assert faults("| key | what is told |") == ["what as subject"]


def test_each_argument_of_a_docstring_is_prose_of_its_own():
    half = " ".join(["word"] * 20)
    assert faults(f"Play.\n\nArgs:\n    seed: {half}\n    agents: {half}") == []


def test_a_sentence_that_goes_over_lines_is_one_with_the_line_of_its_block():
    found = list(prose.of_text("page.md", 1, "page", "Short.\n\nIt takes\nwhat stands."))
    assert [(one.line, one.sentence) for one in found] == [(3, "It takes what stands.")]


def test_a_short_form_with_a_dot_ends_no_sentence():
    assert prose.sentences("Smith (cf. Fig. 2) says so. Next.") == ["Smith (cf. Fig. 2) says so.", "Next."]


def test_public_docstrings_are_told_from_comments_texts_and_private_ones():
    module = '''"""What is here."""

A = 1
"""What is there."""

# What was found.
def f():
    """Who is there."""
    def inner():
        """Who is inside."""

def _g():
    """Who is private."""

class C:
    """Plain."""

    b: int
    """What is b."""

    def m(self):
        """It takes what stands."""

class _D:
    def m(self):
        """It takes what stands."""
'''
    assert docstrings(module) == [
        (1, "docstring", "what as subject"),
        (4, "text", "what as subject"),
        (6, "comment", "what as subject"),
        (8, "docstring", "who as subject"),
        (19, "text", "what as subject"),
        (22, "docstring", "what as subject"),
    ]


def test_a_comment_between_lines_is_a_heading():
    assert list(prose.comments("# --- what is said -----\nx = 1\n")) == []


def test_comments_that_follow_one_another_are_one_text_and_those_for_tools_are_none():
    assert list(prose.comments("# It takes\n# what stands.\nx = 1  # two\ny = 2  # noqa: what is\n")) == [
        (1, "It takes\nwhat stands."),
        (3, "two"),
    ]
