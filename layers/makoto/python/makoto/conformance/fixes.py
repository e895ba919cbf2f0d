"""What to do about a failure, in words for the people who run the store."""

from makoto.errors import Forbidden, Invalid, MakotoError, NotFound, Throttled
from makoto.ports.connection import CredentialsRefused, StoreDown
from makoto.ports.diagnosis import Fix
from makoto.ports.key_ring import KeysMissing

KEYS = Fix(
    en="Entrust the platform with valid keys (or repair the role's trust policy), then check again.",
    ja="有効な鍵を登録し直す（またはロールの信頼ポリシーを直す）と、再度確認できます。",
)
REACH = Fix(
    en="See that the endpoint is right, the store is running, and its firewall lets the platform's addresses in.",
    ja="エンドポイントの指定、ストアの稼働、プラットフォームの送信元アドレスを許可するファイアウォール設定を確認してください。",
)
BUSY = Fix(
    en="The store is at its limit: raise its capacity or its quota.",
    ja="ストアが上限に達しています。容量またはクォータを引き上げてください。",
)
MISSING = Fix(
    en="What was just written is not found: see that one store answers, not a stale replica.",
    ja="書いた直後の内容が見つかりません。古いレプリカではなく同一のストアが応答しているか確認してください。",
)
WRONG = Fix(
    en="The store does not keep the contract here: use the product and version that the documentation names.",
    ja="ストアが規約どおりに動作していません。ドキュメントに記載の製品とバージョンを使用してください。",
)
FAR = Fix(
    en="Answers are slow: place the store in the platform's region, or give it more capacity.",
    ja="応答が遅い状態です。プラットフォームと同じリージョンに置くか、性能を引き上げてください。",
)


def fix_of(error: MakotoError, grant: str = "") -> Fix:
    """Say what helps against an error; `grant` is the cloud's own name of the permission that was needed."""
    match error:
        case CredentialsRefused() | KeysMissing():
            return KEYS
        case Forbidden():
            return _granting(grant)
        case Throttled():
            return BUSY
        case NotFound():
            return MISSING
        case Invalid():
            return WRONG
        case StoreDown():
            return REACH
        case _:
            return REACH


def _granting(grant: str) -> Fix:
    if not grant:
        return Fix(
            en="Grant the platform's role this permission.", ja="プラットフォームのロールにこの権限を付与してください。"
        )
    return Fix(
        en=f"Grant the platform's role: {grant}.", ja=f"プラットフォームのロールに次の権限を付与してください：{grant}。"
    )
