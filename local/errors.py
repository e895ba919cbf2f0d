"""What can go wrong on a laptop, each in a sentence a newcomer can act on, in English and Japanese."""


class LaptopError(Exception):
    """A failure that the developer can repair; `english` and `japanese` say how."""

    def __init__(self, english: str, japanese: str) -> None:
        super().__init__(english)
        self.english = english
        self.japanese = japanese


class NodeMissing(LaptopError):
    """The CDK needs a JavaScript engine for its synthesis."""

    def __init__(self) -> None:
        super().__init__(
            "No Node.js 22 or later was found: install it, or run `pip install -r requirements.txt`, which brings one.",
            "Node.js 22 以降がありません。インストールするか `pip install -r requirements.txt` を実行してください。",
        )


class PackageMissing(LaptopError):
    """A package of requirements.txt is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"The package {package} is missing: connect to the network and run `pip install -r requirements.txt`.",
            f"パッケージ {package} がありません。ネットに接続し `pip install -r requirements.txt` を実行してください。",
        )


class PortTaken(LaptopError):
    """Another program listens where the laptop cloud must listen."""

    def __init__(self, port: int, name: str, remedy: str) -> None:
        super().__init__(
            f"Port {port} ({name}) is used by another program: stop that program, or run `{remedy}`.",
            f"ポート {port}({name})は他のプログラムが使用中です。終了するか `{remedy}` を実行してください。",
        )


class NotRunning(LaptopError):
    """A command needs the laptop cloud, which is down."""

    def __init__(self) -> None:
        super().__init__(
            "The laptop cloud is not running: run `make up`.",
            "ラップトップ環境は動いていません。`make up` を実行してください。",
        )


class ChildDied(LaptopError):
    """A process of the laptop cloud ended on its own, or never became ready."""

    def __init__(self, name: str, log: str) -> None:
        super().__init__(
            f"{name} did not start or has stopped: read the end of {log}, then run `make up` again.",
            f"{name} が起動しないか停止しました。{log} の末尾を確認し `make up` を再実行してください。",
        )


class SynthesisFailed(LaptopError):
    """The CDK app did not produce a cloud assembly."""

    def __init__(self, log: str) -> None:
        super().__init__(
            f"The CDK app failed: read {log}, repair app.py or stacks/, and run `make up` again.",
            f"CDK アプリが失敗しました。{log} を読み app.py か stacks/ を直して `make up` を再実行してください。",
        )


class DeploymentFailed(LaptopError):
    """The emulator refused or rolled back a stack."""

    def __init__(self, stack: str, reasons: str) -> None:
        super().__init__(
            f"Stack {stack} was not deployed: {reasons}",
            f"スタック {stack} をデプロイできませんでした: {reasons}",
        )


class StepFailed(LaptopError):
    """A call to the running platform answered something else than success."""

    def __init__(self, step: str, answer: str) -> None:
        super().__init__(
            f"{step} failed: {answer}; the logs of the functions are in the emulator (`make status` says where).",
            f"{step} に失敗しました: {answer}。関数のログはエミュレーターにあります(`make status`)。",
        )
