"""tools/house.py: circles, floors, names with too many meanings, on houses small enough to see through."""

import ast
import subprocess
import sys

from tests import ROOT
from tools import house


def trees(**files: str) -> dict[str, ast.Module]:
    return {name.replace("__", "/") + ".py": ast.parse(text) for name, text in files.items()}


def test_the_house_as_it_stands_has_no_circle_and_no_import_upward():
    done = subprocess.run([sys.executable, "tools/house.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "0 circles, 0 imports upward"
    assert done.returncode == 0


def test_two_files_that_import_one_another_are_a_circle_though_one_does_so_in_a_function():
    files = trees(p2p__a="from p2p import b", p2p__b="def late():\n    from p2p.a import x")
    assert house.all_circles(house.graph_of(files)) == [
        "files: p2p/a.py ↔ p2p/b.py",
        "rooms of p2p: p2p/a.py ↔ p2p/b.py",
    ]


def test_an_import_for_the_type_checker_alone_counts():
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p2p.a import x"
    files = trees(p2p__a="import p2p.b as b", p2p__b=text)
    assert len(house.all_circles(house.graph_of(files))) == 2


def test_folders_that_import_one_another_are_a_circle_though_their_files_are_none():
    files = trees(
        p2p__x__a="from p2p.y.b import c", p2p__y__b="c = 1", p2p__y__d="from p2p.x.e import f", p2p__x__e="f = 1"
    )
    assert house.all_circles(house.graph_of(files)) == ["rooms of p2p: p2p/x ↔ p2p/y"]


def test_an_import_from_a_lower_floor_is_named_with_its_line():
    files = trees(p2p__base__units="\nfrom p2p.sim.x import y", p2p__sim__x="y = 1")
    assert house.upward(house.graph_of(files)) == ["p2p/base/units.py:2 imports p2p/sim/x.py, which lies above it"]


def test_a_package_with_more_rooms_than_one_takes_in_at_a_glance_is_crowded():
    names = [f"bots/room{number}/__init__.py" for number in range(house.ROOMS_MAX + 1)]
    assert house.crowded(names) == [f"bots has {house.ROOMS_MAX + 1} rooms at its top"]
    assert house.crowded([*names[1:], "bots/__init__.py"]) == []


def test_six_unrelated_classes_share_no_method_name_but_kin_may():
    alone = "\n".join(f"class C{n}:\n    def say(self): ..." for n in range(6))
    kin = "\n".join(f"class D{n}(Base):\n    def tell(self): ..." for n in range(6))
    found = house.shared_names(house.Kin(trees(p2p__a=alone, p2p__b=kin)))
    assert [(count, name) for count, name, _ in found] == [(6, "say")]


def test_a_protocol_or_a_struct_makes_no_kin():
    text = "\n".join(f"class C{n}(Protocol):\n    def say(self): ..." for n in range(6))
    assert len(house.shared_names(house.Kin(trees(p2p__a=text)))) == 1


def test_every_one_of_the_largest_files_has_its_reason():
    sizes = sorted((-len((ROOT / name).read_text(encoding="utf-8").splitlines()), name) for name in house.files())
    assert [name for _, name in sizes[: house.LARGEST] if name not in house.LARGE_BECAUSE] == []
