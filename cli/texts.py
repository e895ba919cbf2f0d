"""Every sentence the command line says, in English and Japanese."""

from functools import lru_cache

from cli.settings import cli_settings

TEXTS: dict[str, tuple[str, str]] = {
    "app": ("Makoto: the platform manufacturers run on.", "Makoto：ものづくり企業のためのプラットフォーム。"),
    "login": ("Sign in and remember the session.", "サインインし、セッションを保存します。"),
    "logout": ("Sign out and forget the session.", "サインアウトし、セッションを破棄します。"),
    "whoami": ("Show who is signed in.", "サインイン中のユーザーを表示します。"),
    "tenants": ("Onboard and govern tenants.", "テナントの登録と管理。"),
    "devices": ("Register and govern edge devices.", "エッジデバイスの登録と管理。"),
    "telemetry": ("Read, import and export machine data.", "機械データの参照・取込・出力。"),
    "simulate": ("Publish a simulated factory over MQTT.", "模擬工場のデータを MQTT で送信します。"),
    "status": ("Health of every part with its figures.", "各部の稼働状態と数値を表示します。"),
    "demo": ("Tell the story on the running system.", "稼働中のシステムで一連の流れを実演します。"),
    "tenants.create": ("Onboard a tenant and show its progress.", "テナントを登録し、進捗を表示します。"),
    "tenants.list": ("List tenants.", "テナントの一覧。"),
    "tenants.show": ("Show one tenant with its onboarding steps.", "テナントと登録手順を表示します。"),
    "tenants.suspend": ("Refuse a tenant on every path.", "テナントを全経路で停止します。"),
    "tenants.resume": ("Serve a suspended tenant again.", "停止中のテナントを再開します。"),
    "tenants.delete": ("Delete an empty tenant.", "空のテナントを削除します。"),
    "devices.register": ("Register a device and save its credentials.", "デバイスを登録し、認証情報を保存します。"),
    "devices.list": ("List devices.", "デバイスの一覧。"),
    "devices.disable": ("Refuse a device from now on.", "デバイスを無効にします。"),
    "devices.enable": ("Serve a disabled device again.", "デバイスを再び有効にします。"),
    "devices.rotate": ("Give a device a new certificate.", "デバイスの証明書を更新します。"),
    "telemetry.latest": ("Latest value of each metric.", "各項目の最新値。"),
    "telemetry.history": ("History of metrics over a time range.", "期間を指定した履歴。"),
    "telemetry.import": ("Import recorded history from CSV; resumes.", "CSV から履歴を取り込みます（再開可能）。"),
    "telemetry.export": ("Export history as CSV or Parquet.", "履歴を CSV または Parquet で出力します。"),
    "telemetry.quarantine": ("What was refused, and why.", "受け付けなかったデータとその理由。"),
    "opt.url": ("Address of Makoto.", "Makoto のアドレス。"),
    "opt.username": ("E-mail address.", "メールアドレス。"),
    "opt.json": ("Print JSON instead of a table.", "表ではなく JSON で出力します。"),
    "opt.tenant": ("Tenant id; the signed-in user's own where absent.", "テナント ID（省略時は自分のテナント）。"),
    "opt.from": (
        "Start, ISO 8601 with a zone, or like 2h, 3d ago.",
        "開始（タイムゾーン付き ISO 8601、または 2h・3d）。",
    ),
    "opt.to": ("End, ISO 8601 with a zone; now where absent.", "終了（省略時は現在）。"),
    "opt.plot": ("Draw: a PNG path, or - for the terminal.", "グラフを描く：PNG のパス、または - で端末に表示。"),
    "ask.password": ("Password", "パスワード"),
    "ask.new_password": ("New password (first sign-in)", "新しいパスワード（初回サインイン）"),
    "ask.totp": ("Code from your authenticator app", "認証アプリのコード"),
    "say.mfa_setup": (
        "Add this key to your authenticator app, then give its code: {secret}",
        "認証アプリに次のキーを登録し、コードを入力してください：{secret}",
    ),
    "say.signed_in": (
        "Signed in as {username} ({role}, tenant {tenant_id}).",
        "{username} としてサインインしました（{role}、テナント {tenant_id}）。",
    ),
    "say.signed_out": ("Signed out.", "サインアウトしました。"),
    "say.nothing": ("Nothing to show.", "表示するものはありません。"),
    "say.saved": ("Saved {path}", "{path} に保存しました。"),
    "say.credentials": (
        "Credentials saved to {path}. The private key is shown nowhere else and cannot be fetched again.",
        "認証情報を {path} に保存しました。秘密鍵は再取得できません。",
    ),
    "say.import_done": (
        "{accepted} rows stored, {rejected} refused.",
        "{accepted} 行を登録、{rejected} 行を却下しました。",
    ),
    "say.row_refused": ("line {line}: {reason}", "{line} 行目：{reason}"),
    "say.step": ("{step}: {status}", "{step}：{status}"),
    "demo.onboard": ("Onboard a tenant", "テナントを登録する"),
    "demo.register": ("Register a device", "デバイスを登録する"),
    "demo.publish": ("Publish 10,000 readings over MQTT", "MQTT で 10,000 件を送信する"),
    "demo.query": ("Query them back", "取り出して数える"),
    "demo.chart": ("Draw a chart", "グラフを描く"),
    "demo.isolation": ("Another tenant's token is refused", "他テナントのトークンは拒否される"),
    "demo.forgery": ("A forged token is refused", "偽造トークンは拒否される"),
    "demo.published": (
        "{readings} readings in {messages} messages, {kib} KiB, stored and acknowledged: {rate} readings/s",
        "{readings} 件・{messages} メッセージ・{kib} KiB を保存確認まで完了：毎秒 {rate} 件",
    ),
    "demo.not_stored": ("the last message was never acknowledged", "最後のメッセージの受領確認が届きませんでした"),
    "demo.counted": ("{counted} readings of {metrics} metrics came back", "{metrics} 項目・{counted} 件を取得しました"),
    "demo.lost": ("{counted} of {readings} readings came back", "{readings} 件のうち {counted} 件しか戻りません"),
    "demo.done": ("The whole story took {seconds} s.", "全体で {seconds} 秒でした。"),
    "error.not_signed_in": (
        "Not signed in: run `makoto login` first.",
        "サインインしていません。先に `makoto login` を実行してください。",
    ),
    "error.no_server": (
        "No Makoto answers at {url}. Start it with `make up`, or name another with --url.",
        "{url} に応答がありません。`make up` で起動するか、--url で指定してください。",
    ),
    "error.when": (
        "Not a time: {text}. Write 2026-11-20T09:00+09:00, or 2h for two hours ago.",
        "時刻ではありません：{text}（例 2026-11-20T09:00+09:00、2h）。",
    ),
    "error.onboarding": ("Onboarding failed at {step}: {cause}", "登録は {step} で失敗しました：{cause}"),
    "error.no_laptop": (
        "This needs the laptop cloud: run `make up` first.",
        "ローカル環境が必要です。先に `make up` を実行してください。",
    ),
}


@lru_cache(maxsize=1)
def _column() -> int:
    return 1 if cli_settings().language == "ja" else 0


def text(key: str, **values: object) -> str:
    """A sentence in the user's language."""
    return TEXTS[key][_column()].format(**values)
