"""SQL in scripts of a shell: by options, here-documents, pipes and files of the clients of databases."""

from __future__ import annotations

import pytest

WRITTEN = {
    "an option": ('psql -h db -c "SELECT phone FROM customer" > x.csv', {"1:23": "phone"}),
    "letters together": ("mysql -NBe 'SELECT phone FROM customer'", {"1:20": "phone"}),
    "a long option": ("mysql --execute='SELECT phone FROM customer'", {"1:25": "phone"}),
    "a here-document": ("psql <<EOF\nSELECT phone,\n  name\nFROM customer\nEOF\n", {"2:8": "phone", "3:3": "name"}),
    "one that is quoted and indented": ("\tpsql <<-'X'\n\tSELECT phone FROM customer\n\tX\n", {"2:9": "phone"}),
    "one of two": (
        "cat <<A | psql\nSELECT phone FROM customer\nA\npsql <<B\nSELECT name FROM customer\nB",
        {"2:8": "phone", "5:8": "name"},
    ),
    "a here-string": ('hive <<< "SELECT phone FROM customer"', {"1:18": "phone"}),
    "a pipe": ("echo 'SELECT phone FROM customer' | mysql db", {"1:14": "phone"}),
    "a substitution": ('N=$(psql -tAc "SELECT phone FROM customer")', {"1:23": "phone"}),
    "backticks": ("N=`psql -c 'SELECT phone FROM customer'`", {"1:20": "phone"}),
    "a substitution within": (
        "psql -c \"SELECT phone FROM customer WHERE dt = '$(date -d '1 day ago' +%F)'\"",
        {"1:17": "phone"},
    ),
    "a variable with its value": (
        'COLS="phone, name"\npsql -c "SELECT $COLS FROM customer"',
        {"1:7": "phone", "1:14": "name"},
    ),
    "a variable for all of it": ('Q="SELECT phone FROM customer"\npsql -c "$Q"', {"1:11": "phone"}),
    "a variable that is built up": ('Q="SELECT phone"\nQ+=" FROM customer"\npsql -c "$Q"', {"1:11": "phone"}),
    "a variable in a condition": ("psql -c \"SELECT phone FROM customer WHERE dt = '${DAY}'\"", {"1:17": "phone"}),
    "a word of the client": ('sqlite3 core.db "SELECT phone FROM customer"', {"1:25": "phone"}),
    "another host": ("ssh db 'psql -c \"SELECT phone FROM customer\"'", {"1:25": "phone"}),
    "a container": ('docker exec -i pg psql -c "SELECT phone FROM customer"', {"1:35": "phone"}),
    "what is none of a client": ("sqoop import --query 'SELECT phone FROM customer'", {"1:30": "phone"}),
    "a line that goes on": ('psql \\\n  -c "SELECT phone FROM customer" \\\n  > x', {"2:14": "phone"}),
    "within a function": ('f() { if true; then psql -c "SELECT phone FROM customer"; fi; }', {"1:37": "phone"}),
    "what a function is given": (
        'run() {\n  psql -c "$1" > "$2"\n}\nrun "SELECT phone FROM customer" x.csv\nrun "SELECT name FROM customer" y.csv',
        {"4:13": "phone", "5:13": "name"},
    ),
    "a client in a variable": (
        'PSQL="psql -h db"\n$PSQL -c "SELECT phone FROM customer"',
        {"2:18": "phone"},
    ),
    "a program of Python": (
        "python3 - <<'EOF'\nC = 'phone'\ncur.execute(f'SELECT {C} FROM customer')\nEOF",
        {"2:6": "phone"},
    ),
    "another in its option": ("python -c \"run('SELECT phone FROM customer')\"", {"1:24": "phone"}),
    "carriage returns": ("psql <<EOF\r\nSELECT phone FROM customer\r\nEOF\r\n", {"2:8": "phone"}),
}


@pytest.mark.parametrize(("script", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_sql_in_a_script_is_traced_at_its_own_line(programs, script, expected):
    assert programs.columns("job.sh", script) == expected


NONE = {
    "comments": "# psql -c 'SELECT phone FROM customer'\n",
    "words": 'echo "select the file from the list"; which psql; apt install sqlite3 mysql',
    "help": "cat <<EOF\nusage: job.sh - select what you need from the menu\nEOF\n",
    "a client that only connects": "psql -l\nmysql --version\npg_dump --help | head",
    "an empty script": "",
    "what never ends": 'echo "' + "$(" * 200 + "'",
}


@pytest.mark.parametrize("script", [one for name, one in NONE.items() if name != "a client that only connects"])
def test_words_about_sql_are_none(programs, script):
    assert programs.columns("job.sh", script) == {}


GAPS = {
    "a variable that comes from elsewhere": ('psql -c "$SQL"', "1:10 the SQL $SQL that is handed to the database here"),
    "a client in a variable": ('PSQL="psql -h db"\n$PSQL -c "$SQL"', "2:11 the SQL $SQL that is handed"),
    "what a function is given once": (
        'run() { psql -c "$1"; }\nrun "SELECT phone FROM customer"\nrun "$X"',
        "1:18 the SQL $1 that is handed",
    ),
    "what a function of others is given": ('run() {\n  psql -c "$1"\n}', "2:12 the SQL $1 that is handed"),
    "the output of something": ('psql -c "$(make_sql)"', "1:10 the SQL that is handed"),
    "a script that is not there": ("psql -f daily.sql", "1:9 it runs daily.sql"),
    "one of SQL*Plus": ("sqlplus -s / @daily.sql", "1:15 it runs daily.sql"),
    "one that is redirected": ("mysql db < daily.sql", "1:12 it runs daily.sql"),
    "one by a variable": ('psql -f "$FILE"', "1:10 the SQL $FILE that is handed"),
    "one that is piped": ("cat daily.sql | mysql db", "1:5 it runs daily.sql"),
    "another program in a pipe": ("python make.py | psql", "1:18 what is piped into psql is not known"),
    "a dump": ("pg_dump -t customer core > x", "1:1 what pg_dump lets out is not traced"),
    "a dump into a pipe": ("sudo mysqldump -u root core | gzip > x", "1:6 what mysqldump lets out is not traced"),
    "columns by a variable": ('psql -c "SELECT $COLUMNS FROM customer"', "1:17 what a variable or a template"),
}


@pytest.mark.parametrize(("script", "told"), GAPS.values(), ids=GAPS)
def test_sql_that_is_not_written_there_is_a_gap(programs, script, told):
    gaps = programs.gaps("job.sh", script)
    assert any(gap.startswith(told) for gap in gaps), gaps


def test_a_script_that_is_run_is_judged_where_it_stands(programs):
    assert programs.columns("job.sh", "psql -f sql/daily.sql", daily_sql="SELECT phone FROM customer") == {}


def test_directives_of_a_client_are_let_be(programs):
    script = "psql <<EOF\n\\set ON_ERROR_STOP on\n\\copy (SELECT phone FROM customer) TO x.csv\nEOF\n"
    assert programs.columns("job.sh", script) == {"3:15": "phone"}
