"""What the hot path remembers, for how long and how much of it."""

import pytest

from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.adapters.clouds.memory.configuration import MemoryConfiguration
from makoto.adapters.clouds.memory.signing import TokenSigner
from makoto.adapters.clouds.memory.signing_keys import MemorySigningKeys
from makoto.domain import Role
from makoto.domain.membership import Membership
from makoto.errors import NotFound, Unavailable
from makoto.ports.configuration import CachedConfiguration, CertificateRecord, Configuration, Item, ItemKey
from makoto.ports.signing_keys import Jwk, SigningKeys, UnknownKey
from tests.builders import OTHER_TENANT, TENANT, tenant_record


class CountingConfiguration(MemoryConfiguration):
    """Counts the reads that reach the table."""

    reads = 0

    def get(self, key: ItemKey) -> Item | None:
        self.reads += 1
        return super().get(key)


@pytest.fixture
def driver() -> CountingConfiguration:
    return CountingConfiguration()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def certificate(certificate_id: str) -> CertificateRecord:
    return CertificateRecord(
        certificate_id=certificate_id, tenant_id=TENANT, device_id="edge", site="s", area="a", line="l", cell="c"
    )


def test_a_tenant_is_read_once_in_its_time(driver: CountingConfiguration, clock: FixedClock) -> None:
    configuration = Configuration(driver)
    configuration.save_tenant(tenant_record())
    cached = CachedConfiguration(configuration, clock, ttl_s=10)

    for _ in range(100):
        cached.tenant(TENANT)
        clock.advance(0.09)

    assert driver.reads == 1


def test_an_unknown_tenant_or_member_is_asked_for_every_time(driver: CountingConfiguration, clock: FixedClock) -> None:
    configuration = Configuration(driver)
    cached = CachedConfiguration(configuration, clock, ttl_s=10)
    with pytest.raises(NotFound):
        cached.tenant(OTHER_TENANT)
    with pytest.raises(NotFound):
        cached.membership("hanako")

    configuration.save_tenant(tenant_record(OTHER_TENANT))
    configuration.save_membership(Membership(username="hanako", tenant_id=TENANT, role=Role.VIEWER))

    assert cached.tenant(OTHER_TENANT).tenant_id == OTHER_TENANT
    assert cached.membership("hanako").role is Role.VIEWER


def test_an_unknown_certificate_is_looked_for_once_a_second(driver: CountingConfiguration, clock: FixedClock) -> None:
    configuration = Configuration(driver)
    cached = CachedConfiguration(configuration, clock, ttl_s=10)

    assert [cached.certificate("c1") for _ in range(50)] == [None] * 50
    assert driver.reads == 1
    configuration.save_certificate(certificate("c1"))
    clock.advance(1)

    assert cached.certificate("c1") == certificate("c1")


def test_the_memory_is_bounded_and_forgets_the_least_used(driver: CountingConfiguration, clock: FixedClock) -> None:
    configuration = Configuration(driver)
    for number in range(5):
        configuration.save_certificate(certificate(f"c{number}"))
    cached = CachedConfiguration(configuration, clock, ttl_s=10, most_kept=3)
    for name in ("c0", "c1", "c2", "c0", "c3"):
        cached.certificate(name)
    reads = driver.reads

    cached.certificate("c0")
    assert driver.reads == reads
    cached.certificate("c1")
    assert driver.reads == reads + 1


def test_a_ttl_of_nothing_remembers_nothing(driver: CountingConfiguration, clock: FixedClock) -> None:
    configuration = Configuration(driver)
    configuration.save_tenant(tenant_record())
    cached = CachedConfiguration(configuration, clock, ttl_s=0)

    cached.tenant(TENANT)
    cached.tenant(TENANT)

    assert driver.reads == 2


class BrokenSigningKeys:
    """A key set that is there, then is not."""

    def __init__(self, keys: MemorySigningKeys) -> None:
        self._keys = keys
        self.is_broken = False

    def fetch(self) -> list[Jwk]:
        if self.is_broken:
            raise Unavailable("no answer")
        return self._keys.fetch()


def test_the_key_set_is_read_when_first_needed_and_twelve_hours_later(clock: FixedClock) -> None:
    driver = MemorySigningKeys(TokenSigner("k1"))
    keys = SigningKeys(driver, clock)
    assert driver.fetches == 0

    for _ in range(12):
        keys.key("k1")
        clock.advance(3600)
    assert driver.fetches == 1

    keys.key("k1")
    assert driver.fetches == 2


def test_known_keys_outlive_an_outage_of_the_key_set(clock: FixedClock) -> None:
    driver = BrokenSigningKeys(MemorySigningKeys(TokenSigner("k1")))
    keys = SigningKeys(driver, clock)
    keys.key("k1")
    driver.is_broken = True
    clock.advance(13 * 3600)

    assert keys.key("k1")["kid"] == "k1"
    clock.advance(60)
    with pytest.raises(Unavailable):
        keys.key("k2")


def test_without_any_key_set_every_caller_tries(clock: FixedClock) -> None:
    driver = BrokenSigningKeys(MemorySigningKeys(TokenSigner("k1")))
    driver.is_broken = True
    keys = SigningKeys(driver, clock)
    with pytest.raises(Unavailable):
        keys.key("k1")
    driver.is_broken = False

    assert keys.key("k1")["kid"] == "k1"


def test_a_withdrawn_key_is_no_longer_good_after_the_next_reading(clock: FixedClock) -> None:
    old, new = TokenSigner("old"), TokenSigner("new")
    driver = MemorySigningKeys(old)
    keys = SigningKeys(driver, clock)
    keys.key("old")
    driver.signers[:] = [new]
    clock.advance(61)
    keys.key("new")

    with pytest.raises(UnknownKey):
        keys.key("old")
