"""What each option and argument means."""

OPTIONS: dict[str, tuple[str, str]] = {
    "opt.url": (
        "Address of Makoto; else MAKOTO_URL, the last sign-in's, http://127.0.0.1:8080.",
        "Makoto のアドレス（省略時は MAKOTO_URL、前回のサインイン先、http://127.0.0.1:8080 の順）。",
    ),
    "opt.username": ("E-mail address; asked where absent.", "メールアドレス（省略時は入力を求めます）。"),
    "opt.password": (
        "Better left to the prompt or MAKOTO_PASSWORD: other users of a machine can read command lines.",
        "コマンド行は他の利用者に見えるため、入力欄か MAKOTO_PASSWORD の使用を勧めます。",
    ),
    "opt.json": ("Print JSON instead of a table.", "表ではなく JSON で出力します。"),
    "opt.tenant": ("Tenant id; the signed-in user's own where absent.", "テナント ID（省略時は自分のテナント）。"),
    "opt.limit": ("Most rows to fetch.", "取得する最大行数。"),
    "opt.from": (
        "Start: ISO 8601 with a zone, or how long ago: 90s, 30m, 2h, 3d.",
        "開始：タイムゾーン付き ISO 8601、または何時間前かなど（90s・30m・2h・3d）。",
    ),
    "opt.to": ("End, written like --from, or `now`.", "終了：--from と同じ書き方、または now。"),
    "opt.plot": (
        "Draw instead of listing: a .png path, or - for the terminal.",
        "一覧の代わりにグラフを描く：.png のパス、または - で端末に表示。",
    ),
    "opt.tenant_name": ("The customer's name.", "顧客の名称。"),
    "opt.organization": (
        "The customer's short code: lower case, digits and hyphens; unique.",
        "顧客の略号：英小文字・数字・ハイフン（重複不可）。",
    ),
    "opt.admin_email": ("E-mail address of the first administrator.", "最初の管理者のメールアドレス。"),
    "opt.admin_name": ("Name of the first administrator.", "最初の管理者の氏名。"),
    "opt.role_arn": (
        "Keep the data in the customer's own account: its role makoto-tenant-access.",
        "顧客自身の AWS アカウントに保存する場合：そのロール makoto-tenant-access の ARN。",
    ),
    "opt.external_id": (
        "The random external id that this role asks for.",
        "そのロールが求める外部 ID（推測できない乱数）。",
    ),
    "opt.region": ("Region of the customer's own account.", "顧客自身のアカウントのリージョン。"),
    "opt.cloud": (
        "Where its data lie: hosted, aws (an account of its own), azure, custom or sakura.",
        "データの置き場所：hosted・aws（顧客のアカウント）・azure・custom・sakura。",
    ),
    "opt.residency": (
        "A region in which the data may lie; repeatable. Left out: the region of its cloud.",
        "データを置けるリージョン（繰り返し指定可）。省略時はクラウドのリージョンのみ。",
    ),
    "opt.time_zone": ("Time zone of the factory.", "工場のタイムゾーン。"),
    "opt.locale": ("Language of the tenant: ja or en.", "テナントの言語：ja または en。"),
    "opt.feature": ("A feature to switch on; repeatable.", "有効にする機能（繰り返し指定可）。"),
    "opt.key": (
        "Names this request: a new one tries again after a failed onboarding.",
        "この依頼の識別子。失敗した登録をやり直すときは新しい値を指定します。",
    ),
    "opt.tenant_status": (
        "Only these: onboarding, active, suspended, failed, deleting, deleted.",
        "状態で絞り込む：onboarding・active・suspended・failed・deleting・deleted。",
    ),
    "opt.tenant_id": ("Tenant id, as `makoto tenants list` shows it.", "テナント ID（`makoto tenants list` で表示）。"),
    "opt.reason": ("Why; asked where absent.", "理由（省略時は入力を求めます）。"),
    "opt.yes": ("Do not ask.", "確認しない。"),
    "opt.device_id": ("Device id: lower case, digits and hyphens.", "デバイス ID：英小文字・数字・ハイフン。"),
    "opt.site": ("Site (factory).", "拠点（工場）。"),
    "opt.area": ("Area of the site.", "エリア。"),
    "opt.line": ("Production line.", "生産ライン。"),
    "opt.cell": ("Work cell (machine's place).", "ワークセル（設備の位置）。"),
    "opt.description": ("What the device is.", "デバイスの説明。"),
    "opt.device_status": (
        "Only these: registering, active, disabled.",
        "状態で絞り込む：registering・active・disabled。",
    ),
    "opt.out_credentials": (
        "File or folder for the credentials; DEVICE_ID.json here where absent.",
        "認証情報の保存先（省略時はこの場所の DEVICE_ID.json）。",
    ),
    "opt.keep_previous": (
        "Let the old certificate work until it is retired.",
        "旧証明書を無効にするまで有効のまま残します。",
    ),
    "opt.certificate_id": (
        "Certificate id, as `makoto devices show` names it.",
        "証明書 ID（`makoto devices show` で表示）。",
    ),
    "opt.partition": (
        "Partition, as `makoto outbox list` names it.",
        "パーティション（`makoto outbox list` で表示）。",
    ),
    "opt.aggregate": ("Aggregate, such as device/edge-07.", "集約（例：device/edge-07）。"),
    "opt.event_state": ("Only these: pending, published, parked.", "状態で絞り込む：pending・published・parked。"),
    "opt.version": ("A version, included.", "バージョン（この値を含む）。"),
    "opt.metric": ("Metric; repeatable.", "項目（繰り返し指定可）。"),
    "opt.step": (
        "Length of a row: 1m, 5m, 1h …, or raw for every reading.",
        "集計間隔：1m・5m・1h など。raw は生データ。",
    ),
    "opt.aggregation": (
        "min, max, mean, last, count or quality_share; repeatable.",
        "集計方法：min・max・mean・last・count・quality_share（繰り返し指定可）。",
    ),
    "opt.csv": ("The CSV file.", "CSV ファイル。"),
    "opt.out_export": (
        "File to write; its ending says the format: .csv or .parquet.",
        "出力先。拡張子 .csv か .parquet で形式を指定。",
    ),
    "opt.credentials": (
        "Folder with one credentials file (JSON) a device.",
        "デバイスの認証情報（JSON）を置いたフォルダー。",
    ),
    "opt.rate": ("Samples a second of each metric.", "各項目の毎秒サンプル数。"),
    "opt.speed": ("How much faster the machines live.", "時間の進みの倍率。"),
    "opt.duration": ("Seconds to run; endless where absent.", "実行する秒数（省略時は止めるまで）。"),
    "opt.seed": ("The same seed gives the same factory.", "同じ値なら同じ工場になります。"),
    "opt.move_to": (
        "Where to: hosted (the platform's account), aws (an account of its own), azure, custom or sakura.",
        "移行先：hosted（基盤のアカウント）・aws（顧客のアカウント）・azure・custom・sakura。",
    ),
    "opt.move_config": (
        "JSON file that says where the stores are.",
        "ストアの場所を記した JSON ファイル。",
    ),
    "opt.move_keys": (
        "JSON file with the keys to the stores; they are entrusted to the key ring and shown nowhere.",
        "ストアの鍵を記した JSON ファイル（鍵束にのみ保管され、表示されません）。",
    ),
    "opt.grace": (
        "How long the tenant can be taken back after the switch.",
        "切替後に移行元へ戻せる猶予の時間数。",
    ),
    "opt.longest_pause": (
        "Seconds that writes may wait for the switch at most; beyond that the move is called off.",
        "切替のために書き込みを待たせる最大秒数（超えると移行を中止します）。",
    ),
    "opt.remove_source": (
        "Remove the source's stores when the grace period is over.",
        "猶予期間の終了後、移行元のストアを削除します。",
    ),
    "opt.move": ("Id of the move; the latest where absent.", "移行の ID（省略時は最新）。"),
    "opt.watch": ("Stay and show the progress.", "進捗を表示し続けます。"),
}
