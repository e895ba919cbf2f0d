"""What the command line may know of a running laptop cloud: its address, its logins, and the mail it cannot receive."""

from dataclasses import dataclass, field

from local.api_client import Json
from local.aws import Aws
from local.cast import ADMINISTRATOR, TENANTS
from local.customers import CustomersClouds, own_account
from local.emulator import Emulator
from local.front_door import Address
from local.laptop import logins_of
from local.people import People
from local.settings import read_settings
from local.state import State, is_listening


@dataclass(frozen=True)
class Login:
    """Somebody of the demo's cast; `name` is the tenant's."""

    username: str
    password: str = field(repr=False)
    tenant_id: str
    name: str


@dataclass(frozen=True)
class RunningLaptop:
    """The laptop cloud of this checkout."""

    url: str
    administrator: Login
    members: tuple[Login, ...]


def laptop() -> RunningLaptop | None:
    """Find the laptop cloud of this checkout, None when it is not up."""
    state = State(read_settings().state)
    if not state.logins.exists() or not state.address.exists():
        return None
    address = Address.read(state.address)
    if not is_listening(address.port):
        return None
    known = logins_of(state)
    names = {ADMINISTRATOR: "Makoto"} | {tenant.administrator: tenant.name for tenant in TENANTS}
    logins = [
        Login(username, known["password"], tenant_id, names[username])
        for tenant_id, username in known["logins"].items()
    ]
    return RunningLaptop(address.url, logins[0], tuple(logins[1:]))


def place(tenant_id: str, kind: str) -> Json:
    """Make room for a demo tenant in a cloud of this kind, and say where, as the API's `cloud` takes it."""
    state = State(read_settings().state)
    aws = Aws(Emulator(state).endpoint)
    username = logins_of(state)["logins"][tenant_id]
    (tenant,) = (each for each in TENANTS if each.administrator == username)
    customers = CustomersClouds(state, aws)
    match kind:
        case "azure":
            return customers.azure(tenant.organization)
        case "custom":
            return customers.custom(tenant.organization)
        case _:
            return own_account(tenant)


def first_password(username: str) -> str:
    """Give a just invited person the demo's password, as if the invitation's mail had been read and answered."""
    state = State(read_settings().state)
    password = state.remembered().demo_password
    aws = Aws(Emulator(state).endpoint)
    (pool,) = aws.client("cognito-idp").list_user_pools(MaxResults=2)["UserPools"]
    People(aws, pool["Id"], Address.read(state.address).url).settle_password(username, password)
    return password
