"""Aurora's writer changes: what the connection does with one that may only be read from."""

from collections.abc import Iterator

import pytest
from cryptography import x509
from psycopg.conninfo import conninfo_to_dict

from makoto.adapters.database.connection import RDS_ROOTS, Database, DatabaseLogin, DatabaseUnavailable


@pytest.fixture
def became_reader(owner: DatabaseLogin, application: DatabaseLogin) -> Iterator[None]:
    """Every new session of the application is read-only, as on a reader."""
    with owner.connect(autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {application.username} SET default_transaction_read_only = on".encode())
        yield
        connection.execute(f"ALTER ROLE {application.username} RESET default_transaction_read_only".encode())


def write(database: Database) -> None:
    with database.platform() as connection:
        connection.execute("DELETE FROM memberships WHERE username = 'nobody'")


def test_a_writer_that_became_a_reader_is_let_go_and_the_next_write_succeeds(database: Database) -> None:
    with database.platform() as connection:
        served_by = connection.info.backend_pid
    connection.execute("SET default_transaction_read_only = on")

    with pytest.raises(DatabaseUnavailable):
        write(database)

    assert connection.closed
    write(database)
    with database.platform() as another:
        assert another.info.backend_pid != served_by


@pytest.mark.usefixtures("became_reader")
def test_no_connection_is_opened_to_a_reader(application: DatabaseLogin) -> None:
    with pytest.raises(DatabaseUnavailable):
        write(Database(lambda: application))


def test_a_host_that_vanished_is_noticed_before_the_request_ends(database: Database) -> None:
    with database.platform() as connection:
        told = {name: str(value) for name, value in conninfo_to_dict(connection.info.dsn).items()}

    assert int(told["tcp_user_timeout"]) <= 10_000
    alive_s = int(told["keepalives_idle"]) + int(told["keepalives_interval"]) * int(told["keepalives_count"])
    assert alive_s < 29


def test_a_cluster_must_prove_its_name_by_amazons_roots(application: DatabaseLogin) -> None:
    there = application.model_copy(update={"host": "makoto-prod.cluster-c1.ap-northeast-1.rds.amazonaws.com"})

    assert there.tls == {"sslmode": "verify-full", "sslrootcert": str(RDS_ROOTS)}
    assert application.tls == {"sslmode": "disable"}


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # one of Amazon's own roots has such a number
def test_the_roots_are_amazons_for_rds_and_outlive_us() -> None:
    roots = x509.load_pem_x509_certificates(RDS_ROOTS.read_bytes())

    names = [str(root.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value) for root in roots]
    assert all(name.startswith("Amazon RDS ") and name.endswith(" G1") for name in names)
    assert sum("ap-northeast-1" in name for name in names) == 3
    assert min(root.not_valid_after_utc.year for root in roots) >= 2061
    for root in roots:
        root.verify_directly_issued_by(root)
