"""A daily export that leaves only when its gate lets it: for Airflow 2 and 3, in its folder of DAGs."""

from datetime import UTC, datetime

from airflow import DAG  # in Airflow 3: from airflow.sdk
from airflow.providers.standard.operators.bash import BashOperator

HOME = "."
"""The workspace: the folder with audit.yaml."""
LEDGER = {"PII_AUDIT_OPERATOR": "airflow", "PII_AUDIT_TICKET": "{{ run_id }}"}

with DAG("sms_daily", schedule="@daily", start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False) as dag:
    export = BashOperator(task_id="export", cwd=HOME, bash_command="./export.sh > outbox/sms_1.csv")
    gate = BashOperator(
        task_id="gate",
        cwd=HOME,
        env=LEDGER,
        append_env=True,
        retries=0,
        bash_command="pii-audit gate outbox/sms_1.csv --flow sms-daily --receipt receipt.json",
    )
    send = BashOperator(
        task_id="send",
        cwd=HOME,
        bash_command=(
            "pii-audit gate --verify receipt.json outbox/sms_1.csv"
            " && echo 'put outbox/sms_1.csv' | sftp -b - acme@sftp.example"
        ),
    )
    export >> gate >> send
