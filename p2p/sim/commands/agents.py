"""The command `pit agents`: the decision rules, with their parameters and where they come from."""

import sys

import click


@click.command(epilog="Example: pit agents    Another: pit agents zip    Another: pit agents mine.py:Mine")
@click.argument("name", required=False)
def agents(name: str | None) -> None:
    """List the decision rules; or show one: its rule, its parameters with range and default, its source."""
    from p2p.agents.registry import NAMES, AgentError, agent_class

    try:
        if name is not None:
            _show(name)
            return
        for known in NAMES:
            first = _page(agent_class(known)).splitlines()[0].partition(": ")[2] or _page(agent_class(known))
            click.echo(f"{known:11} {first}")
        click.echo("\npit agents NAME shows one; docs/write-an-agent.md says how to add your own")
    except AgentError as error:
        raise click.ClickException(str(error)) from error


def _page(kind: type) -> str:
    """What the module of a rule says of it."""
    return (sys.modules[kind.__module__].__doc__ or kind.__doc__ or "an agent").strip()


def _show(name: str) -> None:
    from p2p.agents.parameters import parameters_of, said_default, said_range
    from p2p.agents.registry import agent_class
    from p2p.scenario.capabilities import INSTITUTIONS

    kind = agent_class(name)
    click.echo(_page(kind))
    click.echo(f"\nsource      {kind.source or 'not said'}")
    click.echo(f"may lose    {'yes, by its definition' if kind.may_lose else 'no'}")
    click.echo(f"learns      {'yes, from the facts of its feed' if kind.learns else 'no'}")
    for capability, why in kind.refuses.items():
        named = ", ".join(name for name, can in INSTITUTIONS.items() if getattr(can, capability, False))
        click.echo(f"not in      {named or capability}: {why}")
    fields = parameters_of(kind)
    click.echo("parameters  " + ("" if fields else "none"))
    for field in fields:
        click.echo(f"  {field.name:14} {said_default(field):10} {said_range(field.type)}")
