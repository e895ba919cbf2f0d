"""Why something could not be done, and what to do about it."""

FAILURES: dict[str, tuple[str, str]] = {
    "status.400": ("The request cannot be read", "要求を解釈できません"),
    "status.401": ("Not signed in", "サインインが必要です"),
    "status.403": ("Not allowed", "許可されていません"),
    "status.404": ("Not found", "見つかりません"),
    "status.409": ("In conflict with how it stands", "現在の状態と競合します"),
    "status.413": ("Too large", "大きすぎます"),
    "status.422": ("The input breaks a rule", "入力が規則に合いません"),
    "status.429": ("Too many requests", "要求が多すぎます"),
    "status.500": ("Failed on the server's side", "サーバー側で失敗しました"),
    "status.502": ("Failed on the server's side", "サーバー側で失敗しました"),
    "status.503": ("A part does not answer", "応答しない部分があります"),
    "status.504": ("It took too long", "時間がかかりすぎました"),
    "error.sign_in_again": ("Sign in again: `makoto login`.", "もう一度サインインしてください：`makoto login`"),
    "error.not_signed_in": (
        "Not signed in: run `makoto login` first.",
        "サインインしていません。先に `makoto login` を実行してください。",
    ),
    "error.session": (
        "The saved session cannot be read: run `makoto login` again.",
        "保存されたセッションを読めません。もう一度 `makoto login` を実行してください。",
    ),
    "error.other_server": (
        "Signed in at {known}, but MAKOTO_URL is {url}: run `makoto login` for it.",
        "サインイン先は {known} ですが MAKOTO_URL は {url} です。`makoto login` を実行してください。",
    ),
    "error.no_server": (
        "No Makoto answers at {url}. Start it with `make up`, or name another with --url.",
        "{url} に応答がありません。`make up` で起動するか、--url で指定してください。",
    ),
    "error.timeout": ("{url} did not answer in time.", "{url} から時間内に応答がありません。"),
    "error.not_makoto": ("What answers at {url} is not Makoto.", "{url} で応答しているのは Makoto ではありません。"),
    "error.url": (
        "Not an address: {url}. Write https://host:port.",
        "アドレスではありません：{url}（例 https://host:port）。",
    ),
    "error.not_sendable": (
        "This text cannot be sent: it holds characters that are not allowed there.",
        "使えない文字が含まれているため送信できません。",
    ),
    "error.when": (
        "Not a time: {text}. Write 2026-11-20T09:00+09:00, or 2h for two hours ago.",
        "時刻ではありません：{text}（例 2026-11-20T09:00+09:00、2h）。",
    ),
    "error.role_arn": (
        "Not the ARN of a role: {text}. Write arn:aws:iam::123456789012:role/makoto-tenant-access.",
        "ロールの ARN ではありません：{text}（例 arn:aws:iam::123456789012:role/makoto-tenant-access）。",
    ),
    "error.external_id": ("--role-arn needs --external-id.", "--role-arn には --external-id が必要です。"),
    "error.key": ("Visible ASCII characters only.", "使えるのは半角英数字と記号だけです。"),
    "error.onboarding": (
        "Onboarding of {tenant_id} failed at: {step}. {cause}",
        "{tenant_id} の登録は「{step}」で失敗しました。{cause}",
    ),
    "error.try_again": (
        "Mend the cause, then run the command again with a new --idempotency-key.",
        "原因を取り除き、新しい --idempotency-key を付けて再実行してください。",
    ),
    "error.ended": (
        "This request made tenant {tenant_id}, which is {status} by now. A new --idempotency-key makes another.",
        "この依頼のテナント {tenant_id} は現在 {status} です。新たに登録するには --idempotency-key を変えてください。",
    ),
    "error.slow_onboarding": (
        "Still onboarding after {seconds} s; look again with `makoto tenants show {tenant_id}`.",
        "{seconds} 秒たっても登録中です。`makoto tenants show {tenant_id}` で確認してください。",
    ),
    "error.exists": (
        "{path} exists already. Name another file with --out.",
        "{path} はすでにあります。--out で別のファイルを指定してください。",
    ),
    "error.no_folder": ("There is no folder {path}.", "フォルダー {path} がありません。"),
    "error.plot": (
        "Name a .png file, or - for the terminal.",
        ".png ファイル、または端末表示の - を指定してください。",
    ),
    "error.not_drawable": (
        "{name} is text and cannot be drawn.",
        "{name} は文字列のため、グラフにできません。",
    ),
    "error.format": ("Name a .csv or a .parquet file.", ".csv か .parquet のファイルを指定してください。"),
    "error.download": ("The download failed with {status}.", "ダウンロードに失敗しました（{status}）。"),
    "error.import_stuck": (
        "The server asks for byte {offset} of {total}: it and this file do not agree.",
        "サーバーが {total} バイト中 {offset} バイト目を求めており、このファイルと一致しません。",
    ),
    "error.no_laptop": (
        "This needs the laptop cloud: run `make up` first.",
        "ローカル環境が必要です。先に `make up` を実行してください。",
    ),
    "error.no_move": ("Tenant {tenant_id} was never moved.", "テナント {tenant_id} の移行はありません。"),
    "error.rolled_back": (
        "The move was rolled back ({cause}). The tenant works where it worked before.",
        "移行は取り消されました（{cause}）。テナントは元のクラウドで稼働しています。",
    ),
    "error.move_config": (
        "Say where the target's stores are: --config FILE.",
        "移行先のストアを --config FILE で指定してください。",
    ),
    "error.move_file": ("{file} holds no JSON object.", "{file} は JSON オブジェクトではありません。"),
}
