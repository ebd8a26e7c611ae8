"""The real Soda, for `runner test --engine soda` and the parity tests.

Reads JSON lines: first the connection, {host, port, user, password, database, dataSource}, then contracts,
{file, text, variables, now}. Answers each line with one, in the same order: {version} to the connection, and to a
contract {status, checks: [{path, outcome, value, message}], errors, lost}. A value is exact and in digits, or null;
`lost` says that the connection was gone, so that the verdict says nothing of the data. Where it can't begin it says
{fatal}.
Each contract has a session of its own, since an error in one turns all others of the same session into errors.
"""

import json
import logging
import os
import queue
import sys
import threading

os.environ["SODA_CORE_TELEMETRY_ENABLED"] = "false"
# Soda talks on standard output, which is ours to answer on.
ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

from soda_core.__version__ import SODA_CORE_VERSION  # noqa: E402
from soda_core.common.data_source_impl import DataSourceImpl  # noqa: E402
from soda_core.common.yaml import ContractYamlSource, DataSourceYamlSource  # noqa: E402
from soda_core.contracts.contract_verification import ContractVerificationSession  # noqa: E402
from soda_core.plugins import load_plugins  # noqa: E402


def main():
    load_plugins()
    # Its results are made of what it logs; nobody is to read it here as well.
    logging.lastResort = None
    lines = queue.Queue()
    threading.Thread(target=read_lines, args=(lines,), daemon=True).start()
    data_source = open_data_source(json.loads(lines.get()))
    answer({"version": SODA_CORE_VERSION})
    while True:
        answer(verify(data_source, json.loads(lines.get())))


def read_lines(lines):
    """When nobody is there any more to ask, be it that the runner was killed, all ends, a query under way too."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(0)


def open_data_source(request):
    names = ("host", "port", "user", "database")
    # The password is filled in after parsing; Soda wants one, be it empty.
    connection = {**{name: request[name] for name in names}, "password": "${var.password}"}
    connection["sslmode"] = os.environ.get("PGSSLMODE", "prefer")
    source = {"type": "postgres", "name": request["dataSource"], "connection": connection}
    data_source = DataSourceImpl.from_yaml_source(
        DataSourceYamlSource.from_str(json.dumps(source)), {"password": request.get("password") or ""}
    )
    data_source.open_connection()
    return data_source


def verify(data_source, request):
    try:
        session = ContractVerificationSession.execute(
            contract_yaml_sources=[ContractYamlSource.from_str(request["text"], request["file"])],
            data_source_impls=[data_source],
            variables=request["variables"],
            data_timestamp=request["now"],
        )
        result = session.contract_verification_results[0]
        verdict = {
            "status": result.status.name,
            "checks": [check_of(check) for check in result.check_results],
            "errors": result.get_errors(),
        }
    except Exception as error:  # Of a contract that it can't read, or a value that it can't compare, it raises.
        verdict = {"status": "ERROR", "checks": [], "errors": [f"{type(error).__name__}: {error}"]}
    return {**verdict, "lost": not end_transaction(data_source)}


def check_of(result):
    return {
        "path": result.check.relative_path,
        "outcome": result.outcome.name,
        "value": digits_of(result.threshold_value),
        "message": ", ".join(result.log_table_row_diagnostics(verbose=True).split("\n")),
    }


def digits_of(value):
    return None if value is None else str(int(value) if isinstance(value, bool) else value)


def end_transaction(data_source):
    """Lets go of locks and snapshot. Returns whether there was a connection; a lost one is replaced for the next contract."""
    try:
        data_source.connection.rollback()
        return True
    except Exception:
        data_source.close_connection()
        data_source.open_connection()
        return False


def answer(message):
    ANSWERS.write(json.dumps(message) + "\n")
    ANSWERS.flush()


try:
    main()
except Exception as error:  # Said in one line; the runner shows it with what to do.
    answer({"fatal": f"{type(error).__name__}: {error}"})
    sys.exit(1)
