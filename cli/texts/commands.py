"""What each command is for."""

COMMANDS: dict[str, tuple[str, str]] = {
    "app": (
        "Makoto: the platform manufacturers run on. Begin with `makoto login`; MAKOTO_LANG=ja speaks Japanese.",
        "Makoto：ものづくり企業の基盤。まず `makoto login` を実行してください（英語は MAKOTO_LANG=en）。",
    ),
    "login": ("Sign in and remember the session.", "サインインし、セッションを保存します。"),
    "logout": ("Sign out and forget the session.", "サインアウトし、セッションを破棄します。"),
    "whoami": ("Show who is signed in.", "サインイン中のユーザーを表示します。"),
    "tenants": ("Onboard and govern tenants.", "テナントの登録と管理。"),
    "devices": ("Register and govern edge devices.", "エッジデバイスの登録と管理。"),
    "outbox": ("Facts on their way to other domains.", "他ドメインへ送るイベントの状態と操作。"),
    "telemetry": ("Read, import and export machine data.", "機械データの参照・取込・出力。"),
    "simulate": ("Publish a simulated factory over MQTT.", "模擬工場のデータを MQTT で送信します。"),
    "status": ("Health of every part with its figures.", "各部の稼働状態と数値を表示します。"),
    "demo_move": (
        "Carry a working tenant from AWS to stores of its own, to Azure and back.",
        "稼働中のテナントを AWS から自社ストア、Azure、AWS へと移します。",
    ),
    "demo": ("Tell the story on the running system.", "稼働中のシステムで一連の流れを実演します。"),
    "tenants.create": (
        "Onboard a tenant and show its progress. The same command again shows the same tenant.",
        "テナントを登録し、進捗を表示します。同じコマンドを再実行しても二重登録にはなりません。",
    ),
    "tenants.list": ("List tenants.", "テナントの一覧。"),
    "tenants.show": ("Show one tenant with its onboarding steps.", "テナントと登録手順を表示します。"),
    "tenants.suspend": ("Refuse a tenant on every path.", "テナントを全経路で停止します。"),
    "tenants.resume": ("Serve a suspended tenant again.", "停止中のテナントを再開します。"),
    "tenants.rotate_keys": (
        "Entrust other keys to your own cloud; they are tried first.",
        "自社クラウドの鍵を入れ替えます（先に試します）。",
    ),
    "tenants.delete": ("Delete an empty tenant.", "空のテナントを削除します。"),
    "tenants.move": (
        "Move a tenant to another cloud while it works. The same command again shows the same move.",
        "稼働中のテナントを別のクラウドへ移行します。同じコマンドを再実行しても二重には移行しません。",
    ),
    "tenants.moves": ("List a tenant's moves, or follow one.", "テナントの移行の一覧、または進捗の表示。"),
    "tenants.move-roll-back": (
        "Take a tenant back to the cloud that it was moved from; nothing that it wrote is lost.",
        "テナントを移行元のクラウドへ戻します。書き込みは失われません。",
    ),
    "tenants.move-finish": ("End a move's grace period now.", "移行の猶予期間を今すぐ終了します。"),
    "devices.register": ("Register a device and save its credentials.", "デバイスを登録し、認証情報を保存します。"),
    "devices.list": ("List devices.", "デバイスの一覧。"),
    "devices.show": ("Show one device with its history.", "デバイスと変更履歴を表示します。"),
    "devices.disable": ("Refuse a device from now on.", "デバイスを無効にします。"),
    "devices.enable": ("Serve a disabled device again.", "デバイスを再び有効にします。"),
    "devices.rotate": (
        "Give a device a new certificate and save it.",
        "デバイスの証明書を更新し、認証情報を保存します。",
    ),
    "devices.retire": (
        "End one certificate of a device after a change-over.",
        "切替後に、デバイスの証明書を一つ無効にします。",
    ),
    "outbox.list": (
        "What waits to be published, and what waits for a person.",
        "送信待ちのイベントと、対応待ちで止まっている集約を表示します。",
    ),
    "outbox.events": ("Facts of a partition.", "パーティション内のイベントの一覧。"),
    "outbox.redrive": (
        "Try a parked aggregate again.",
        "止まっている集約の送信を再開します。",
    ),
    "outbox.replay": (
        "Publish again what was published within seven days; who has handled it leaves it be.",
        "過去 7 日間に送信したイベントを再送します（処理済みの受信側では無視されます）。",
    ),
    "telemetry.latest": (
        "Latest value of each metric: of a device, or of a site, an area in it, a line in that; else of all.",
        "各項目の最新値。デバイス、または拠点・そのエリア・そのラインで絞り込めます。",
    ),
    "telemetry.history": (
        "History of metrics over a time range; gaps stay gaps.",
        "期間を指定した履歴（欠測は欠測のまま示します）。",
    ),
    "telemetry.import": (
        "Import recorded history from CSV. Broken off, the same command resumes.",
        "CSV から履歴を取り込みます。中断しても、同じコマンドで再開できます。",
    ),
    "telemetry.export": ("Export history as CSV or Parquet.", "履歴を CSV または Parquet で出力します。"),
    "telemetry.quarantine": ("What was refused, and why.", "受け付けなかったデータとその理由。"),
}
