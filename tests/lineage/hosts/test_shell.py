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
    "either of two branches": (
        'if x; then C=name; else C=phone; fi\npsql -c "SELECT $C FROM customer"',
        {"1:14": "name", "1:27": "phone"},
    ),
    "what a branch may change": (
        'C=name\nif x; then C=phone; fi\npsql -c "SELECT $C FROM customer"',
        {"1:3": "name", "2:14": "phone"},
    ),
    "what follows a condition": (
        'C=name\n[ "$1" ] && C=phone\npsql -c "SELECT $C FROM customer"',
        {"1:3": "name", "2:15": "phone"},
    ),
    "the cases of a choice": (
        'case $1 in\n psql) C=name;;\n b|c) C=phone ;;\n *) exit 1;;\nesac\npsql -c "SELECT $C FROM customer"',
        {"2:10": "name", "3:9": "phone"},
    ),
    "a loop over words": (
        'L="name phone"\nfor c in $L; do psql -c "SELECT $c FROM customer"; done',
        {"1:4": "name", "1:9": "phone"},
    ),
    "a loop that changes what it reads": (
        'C=name\nwhile read x; do psql -c "SELECT $C FROM customer"; C=phone; done < f',
        {"1:3": "name", "2:55": "phone"},
    ),
    "a loop over an array": (
        'A=("SELECT name FROM customer" "SELECT phone FROM customer")\nfor q in "${A[@]}"; do psql -c "$q"; done',
        {"1:12": "name", "1:40": "phone"},
    ),
    "members of an array by their keys": (
        'declare -A Q=([a]="SELECT phone FROM customer")\nfor k in "${!Q[@]}"; do psql -c "${Q[$k]}"; done',
        {"1:27": "phone"},
    ),
    "options in an array": (
        'A=(-h db -c)\nA+=("SELECT phone FROM customer")\npsql "${A[@]}"',
        {"2:13": "phone"},
    ),
    "what a function reads is set wherever it is called": (
        'run() { psql -c "SELECT $C FROM customer"; }\nC=name\nrun\nC=phone\nrun',
        {"2:3": "name", "4:3": "phone"},
    ),
    "what a function is given and names": (
        'run() { local q="$1"; psql -c "$q;"; }\nrun "SELECT phone FROM customer"',
        {"2:13": "phone"},
    ),
    "a format": ("printf 'SELECT %s FROM customer' phone | psql", {"1:34": "phone"}),
    "escapes": ("psql <<< $'SELECT\\tphone\\nFROM customer'", {"1:20": "phone"}),
    "a client and its option in a variable": (
        'CMD="psql -At -c"\n$CMD "SELECT phone FROM customer"',
        {"2:14": "phone"},
    ),
    "an alias": ("alias q='psql -c'\nq 'SELECT phone FROM customer'", {"2:11": "phone"}),
    "a command that is evaluated": (
        'CMD="psql -c \\"SELECT phone FROM customer\\""\neval $CMD',
        {"1:23": "phone"},
    ),
    "a document within another": ("ssh db <<'E'\npsql <<X\nSELECT phone FROM customer\nX\nE\n", {"3:8": "phone"}),
    "no blanks": ('psql -c \'SELECT"phone"FROM"customer"\'', {"1:16": "phone"}),
    "what another host is given": ("echo SELECT phone FROM customer | ssh db 'psql core'", {"1:13": "phone"}),
    "carriage returns": ("psql <<EOF\r\nSELECT phone FROM customer\r\nEOF\r\n", {"2:8": "phone"}),
}


@pytest.mark.parametrize(("script", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_sql_in_a_script_is_traced_at_its_own_line(programs, script, expected):
    assert programs.columns("job.sh", script) == expected


NONE = {
    "comments": "# psql -c 'SELECT phone FROM customer'\n",
    "words": 'echo "select the file from the list"; which psql; apt install sqlite3 mysql',
    "help": "cat <<EOF\nusage: job.sh - select what you need from the menu\nEOF\n",
    "clients that are asked for": (
        'psql -l\nmysql --version\nif command -v psql > /dev/null; then sudo apt install mysql "$X"; fi\nsudo systemctl restart mysql'
    ),
    "people and folders that are called like clients": (
        "D=/var/lib/mysql\nfind $D -print0 | xargs -0 chown mysql\nsudo chown -R mysql $D < x\nsudo -u mysql ls\nid -u mysql | cat"
    ),
    "choices that are called like clients": "case $1 in psql) a ;; mysql) b ;; esac\nfor db in mysql hive; do echo $db; done",
    "other words of a client": 'bq ls "$D"\naws s3 cp "$A" "$B"\nsqlite3 "$DB" \'VACUUM\'\npsql -c \'\\d\'\nmysql < /dev/null',
    "texts that name a client": 'mail -s "psql is down" < "$F"\nssh db "psql -l" < "$F"\nssh db "echo psql" < "$F"\ncat "$F" | grep "psql x"',
    "an empty script": "",
    "what sets up an environment": '. /etc/profile.d/x.sh\n. ~/.bash_profile\n. ~/.x.sh\nsource activate\n. ./.env\n. "$CONF"\nexp=3',
    "what never ends": 'echo "' + "$(" * 200 + "'",
}


@pytest.mark.parametrize("script", NONE.values(), ids=NONE)
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
    "a variable of a branch alone": (
        'if x; then C=name; fi\npsql -c "SELECT $C FROM customer"',
        "2:17 what a variable or a template",
    ),
    "a variable that another may set": (
        'C=name\nread C\npsql -c "SELECT $C FROM customer"',
        "3:17 what a variable or a template",
    ),
    "scripts that are found": ("find . -name '*.sql' -exec psql -f {} \\;", "1:36 the SQL that is handed"),
    "what another program gives at the end": ("ls *.sql | xargs -n1 psql -f", "1:27 the SQL that is handed"),
    "a client behind variables": ('env A=1 nice -n 5 psql < "$F"', "1:27 the SQL $F that is handed"),
    "a client on another host": ('ssh -p 22 db psql <<< "$Q"', "1:24 the SQL $Q that is handed"),
    "a program of one's own around it": ('retry psql -c "$SQL"', "1:16 the SQL $SQL that is handed"),
    "a client in a variable of others": ('"${PSQL_CMD}" -c "$SQL"', "1:19 the SQL $SQL that is handed"),
    "a client that is given all by others": ('exec psql -h db "$@"', "1:6 what psql reads here is not known"),
    "a group in a pipe": ('{ echo "$A"; cat b; } | psql', "1:25 what is piped into psql"),
    "what another host is given": ('ssh db "psql core" < "$F"', "1:23 the SQL $F that is handed"),
    "what another shell is given": ("sudo bash -c 'cd x && mysql core' <<< $Q", "1:39 the SQL $Q that is handed"),
    "what a shell in a container is given": (
        "make | docker exec -i pg sh -c 'sh -c \"mysql -pSecret core\"'",
        "1:33 what is piped into mysql is not known",
    ),
    "a default": ('psql -c "${Q:-SELECT phone FROM customer}"', "1:10 the SQL ${Q} that is handed"),
    "a script by a variable in letters together": ('psql -qAtf "$F"', "1:13 the SQL $F that is handed"),
    "a table that a client lets out": ("bq extract d.customer gs://x", "1:1 what bq lets out is not traced"),
    "a dump in a pipe": ("pg_dump core | psql other", "1:1 what pg_dump lets out is not traced"),
    "a library that is not there": (". ./functions.sh\nexport_customers", "1:3 it runs ./functions.sh"),
    "a library in a folder by a variable": ('source "$LIB/functions.bash"', "1:9 it runs functions.bash"),
    "a dump by words with values": ("expdp me tables=customer dumpfile=x", "1:1 what expdp lets out is not traced"),
    "a tool that copies tables": ("python3 /opt/datax/bin/datax.py job.json", "1:9 what datax.py lets out"),
    "a copy of the whole server": ("xtrabackup --backup --target-dir=/x", "1:1 what xtrabackup lets out"),
    "a script of another client": ("dbaccess core daily.sql", "1:15 it runs daily.sql"),
    "columns by a variable": ('psql -c "SELECT $COLUMNS FROM customer"', "1:17 what a variable or a template"),
}


@pytest.mark.parametrize(("script", "told"), GAPS.values(), ids=GAPS)
def test_sql_that_is_not_written_there_is_a_gap(programs, script, told):
    gaps = programs.gaps("job.sh", script)
    assert any(gap.startswith(told) for gap in gaps), gaps


def test_a_script_that_is_run_is_judged_where_it_stands(programs):
    assert programs.columns("job.sh", "psql -f sql/daily.sql", daily_sql="SELECT phone FROM customer") == {}


def test_a_library_is_judged_where_it_stands(programs):
    script = '. "$(dirname "$0")/../lib/db.sh"\nrun "SELECT phone FROM customer"'
    assert programs.columns("job.sh", script, db_sh='run() { psql -c "$1"; }') == {"2:13": "phone"}


def test_directives_of_a_client_are_let_be(programs):
    script = "psql <<EOF\n\\set ON_ERROR_STOP on\n\\copy (SELECT phone FROM customer) TO x.csv\nEOF\n"
    assert programs.columns("job.sh", script) == {"3:15": "phone"}


@pytest.mark.parametrize(
    "script",
    [
        'mysql -uroot -pSecret -e "$SQL"', 'mysql -u root --password=Secret < "$F"', "make | mysql -pSecret", "mysql -h db -pSecret",
        'M="mysql -pSecret db"\nmake | $M', 'M="mysql -pSecret db"\n$M', 'PGPASSWORD=Secret psql -c "$X"', 'sqlplus u/Secret@db "@$F"',
        "mysqldump -pSecret core > x", 'D="mysqldump -pSecret"\n$D core > x', 'ssh db "mysql -pSecret -e \\"$SQL\\""',
        'psql "postgresql://u:Secret@db/core" -f "$F"', 'make | ssh db "mysql -pSecret"', "bcp dbo.customer out x.csv -PSecret -S db",
    ],
)  # fmt: skip
def test_what_is_not_known_is_told_without_the_words_of_the_command(programs, script):
    gaps = programs.gaps("job.sh", script)
    assert gaps
    assert "Secret" not in "".join(gaps)
