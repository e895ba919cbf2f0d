"""What every broker's registry must do."""

import pytest

from makoto.errors import NotFound
from makoto.ports.fleet import Fleet

ATTRIBUTES = {
    "tenant": "t0123456789ab",
    "site": "osaka",
    "area": "machining",
    "line": "l1",
    "cell": "c3",
    "device": "edge-07",
}
UNKNOWN = "0" * 64


class FleetContract:
    """Inherited by the tests of each adapter, which give `fleet` and a `thing` name of their own."""

    @pytest.fixture
    def fleet(self) -> Fleet:
        raise NotImplementedError

    def is_active(self, fleet: Fleet, certificate_id: str) -> bool | None:
        """Ask the registry itself; None when there is no such certificate."""
        raise NotImplementedError

    def attributes(self, fleet: Fleet, thing: str) -> dict[str, str] | None:
        """Ask the registry itself; None when there is no such thing."""
        raise NotImplementedError

    def test_a_thing_bears_its_attributes(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)

        assert self.attributes(fleet, thing) == ATTRIBUTES

    def test_creating_a_thing_again_corrects_its_attributes(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)
        fleet.create_thing(thing, ATTRIBUTES)

        fleet.create_thing(thing, ATTRIBUTES | {"line": "l2"})

        assert self.attributes(fleet, thing) == ATTRIBUTES | {"line": "l2"}

    def test_a_certificate_is_issued_inactive_and_is_its_things(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)

        issued = fleet.issue_certificate(thing)

        assert fleet.certificates_of(thing) == (issued.certificate_id,)
        assert self.is_active(fleet, issued.certificate_id) is False
        assert len(issued.certificate_id) == 64
        assert issued.certificate_pem.startswith("-----BEGIN CERTIFICATE-----")
        assert "PRIVATE KEY-----" in issued.private_key_pem.get_secret_value()

    def test_the_private_key_is_masked_in_every_text_form(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)

        issued = fleet.issue_certificate(thing)

        assert "PRIVATE KEY" not in f"{issued!r} {issued!s} {issued.model_dump_json()}"

    def test_no_certificate_is_left_when_its_thing_is_unknown(self, fleet: Fleet, thing: str) -> None:
        with pytest.raises(NotFound):
            fleet.issue_certificate(thing)

        assert fleet.certificates_of(thing) == ()

    def test_a_certificate_is_activated_and_deactivated_any_number_of_times(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)
        certificate_id = fleet.issue_certificate(thing).certificate_id

        for active in (True, True, False, False, True):
            (fleet.activate if active else fleet.deactivate)(certificate_id)
            assert self.is_active(fleet, certificate_id) is active

    def test_an_unknown_certificate_cannot_be_activated(self, fleet: Fleet) -> None:
        with pytest.raises(NotFound):
            fleet.activate(UNKNOWN)

    def test_a_discarded_certificate_is_gone_even_if_it_was_active(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)
        kept, gone = (fleet.issue_certificate(thing).certificate_id for _ in range(2))
        fleet.activate(kept)
        fleet.activate(gone)

        fleet.discard_certificate(thing, gone)
        fleet.discard_certificate(thing, gone)

        assert fleet.certificates_of(thing) == (kept,)
        assert self.is_active(fleet, gone) is None
        assert self.is_active(fleet, kept) is True

    def test_a_removed_thing_takes_its_certificates_with_it(self, fleet: Fleet, thing: str) -> None:
        fleet.create_thing(thing, ATTRIBUTES)
        certificate_id = fleet.issue_certificate(thing).certificate_id
        fleet.activate(certificate_id)

        fleet.remove_thing(thing)
        fleet.remove_thing(thing)

        assert self.attributes(fleet, thing) is None
        assert self.is_active(fleet, certificate_id) is None
        assert fleet.certificates_of(thing) == ()

    def test_devices_are_told_where_to_connect_and_whom_to_trust(self, fleet: Fleet) -> None:
        endpoint = fleet.endpoint()

        assert endpoint.host
        assert endpoint.port > 0
        assert endpoint.ca_pem.startswith("-----BEGIN CERTIFICATE-----")
