"""Every client of scanners/lineage/hosts.yaml by every way in which it may be given SQL: it is traced, or it is a gap."""

from __future__ import annotations

import pytest

SQL = "SELECT phone FROM customer"


def _clients():
    from pii_audit.lineage.hosts.names import host_names

    return host_names()[1].clients


def _run(name, client):
    """The client with what it needs before SQL."""
    after = sorted(client.after - client.dumps)[:1]
    return " ".join([name, *(["db"] if client.words == 2 and not after else []), *after])


def _by_option(options, first=()):
    """How a client may be given something by options; after one that is run before the rest there is none."""
    before = (*first, *(f"-x{one[1]}" for one in first))
    for one in _written(options):
        yield f"{one} < /dev/null" if any(word.startswith(before) for word in one.split()) else one


def _written(options):
    for option in sorted(options):
        yield f"{option} {{}}"
        yield f"-x {option} {{}}"
        if option.startswith("--"):
            yield f"{option}={{}}"
        elif len(option) == 2:
            yield f"{option}{{}}"
            yield f"-x{option[1]} {{}}"


BY_INPUT = {
    "a here-document": "{run} <<EOF\n{text}\nEOF\n",
    "one with a tag of signs": "{run} -x <<!\n{text}\n!\n",
    "a here-string": '{run} <<< "{text}"',
    "echo": 'echo "{text}" | {run}',
    "echo in words": "echo {text} | {run}",
    "printf": "printf '%s;\\n' \"{text}\" | {run}",
    "cat of a here-document": "cat <<EOF | {run}\n{text}\nEOF\n",
    "a pipe that is copied": 'echo "{text}" | tee log | {run}',
    "a substitution of a process": '{run} < <(echo "{text}")',
    "a function that is piped into": 'f() {{ {run}; }}\necho "{text}" | f\n',
    "a function with a here-document": "function f {{\n  {run}\n}}\nf <<EOF\n{text}\nEOF\n",
    "a wrapper": 'sudo -u x {run} <<< "{text}"',
    "a container": 'docker exec -i db {run} <<< "{text}"',
}
TEXTS = {
    "as it is": "{}",
    "by a variable": 'Q="{}"\n',
    "by a substitution": 'Q=$(echo "{}")\n',
    "by a document": "Q=$(cat <<E\n{}\nE\n)\n",
    "by read": "read -r -d '' Q <<'E'\n{}\nE\n",
    "by pieces": 'Q="SELECT phone"\nQ+=" FROM customer"\n',
}
UNKNOWN = ["$SQL", "$SQL;", "$A$B", "$A $B", "$(make_sql)", "${SQL}", "${Q[0]}", "${SQL:-}", "BEGIN; $SQL; COMMIT"]


@pytest.mark.parametrize("name", sorted(_clients()))
def test_a_statement_that_is_known_is_traced_however_it_is_given(programs, name):
    client = _clients()[name]
    run = _run(name, client)
    scripts = []
    for one in _by_option(client.statement, client.first):
        scripts.append(f"{run} " + one.format(f'"{SQL}"'))
        scripts += [text.format(SQL) + f"{run} " + one.format('"$Q"') for text in list(TEXTS.values())[1:]]
    if client.words:
        scripts += [f'{run} "{SQL}"', f'Q="{SQL}"\n{run} "$Q"', f'{run} "$(echo "{SQL}")"']
    scripts += [one.format(run=run, text=SQL) for one in BY_INPUT.values()]
    scripts += [f'Q="{SQL}"\n' + one.format(run=run, text="$Q") for one in BY_INPUT.values()]
    for script in scripts:
        try:
            found = list(programs.columns("job.sh", script).values())
        except AssertionError as error:
            raise AssertionError(script) from error
        assert found == ["phone"], script


@pytest.mark.parametrize("name", sorted(_clients()))
@pytest.mark.parametrize("text", UNKNOWN)
def test_a_statement_that_is_not_known_is_a_gap_however_it_is_given(programs, name, text):
    client = _clients()[name]
    run = _run(name, client)
    scripts = [f"{run} " + one.format(f'"{text}"') for one in _by_option(client.statement, client.first)]
    scripts += [f'{run} "{text}"'] if client.words else []
    scripts += [one.format(run=run, text=text) for one in BY_INPUT.values()]
    for script in scripts:
        assert programs.gaps("job.sh", script), script


@pytest.mark.parametrize("name", sorted(_clients()))
def test_a_script_is_judged_where_it_stands_and_is_a_gap_where_it_is_not(programs, name):
    client = _clients()[name]
    run = _run(name, client)
    options = [
        one for one in _by_option(client.script, client.first) if not one.startswith("-f{}") or "-f" in client.script
    ]
    scripts = [f"{run} " + one for one in options]
    scripts += [
        f"{run} < {{}}", f"cat {{}} | {run}", f"envsubst < {{}} | {run}", f'Q=$(cat {{}})\necho "$Q" | {run}', f'echo "$(<{{}})" | {run}',
        f'{run} <<< "$(cat {{}})"', f'Q="$(< {{}})"\n{run} <<EOF\n$Q\nEOF', f"f() {{{{ {run}; }}}}\nf < {{}}",
    ]  # fmt: skip
    scripts += [f"{run} " + one.format('"$(cat {})"') for one in _by_option(client.statement, client.first)]
    scripts += [f'{run} "$(cat {{}})"'] if client.words else []
    for script in scripts:
        known = script.format("sql/daily.sql")
        gaps = programs.gaps("job.sh", known)
        assert [gap for gap in gaps if "it runs sql/daily.sql" in gap] == gaps != [], known
        assert programs.columns("job.sh", known, daily_sql=SQL) == {}
        assert programs.gaps("job.sh", script.format('"$FILE"')), script
    for option in client.script:
        assert programs.gaps("job.sh", f"{run} {option} <(make_sql)")
        found = programs.columns("job.sh", f'echo "{SQL}" | {run} {option} -')
        assert list(found.values()) == ["phone"]
