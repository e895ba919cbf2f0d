"""CDK entry: typed settings to stacks, as in `cdk deploy -c environment=stg 'Makoto-stg-*'`."""

import json
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "layers/makoto/python")]

import aws_cdk as cdk  # noqa: E402 - the shared layer must be importable first
from cdk_nag import AwsSolutionsChecks  # noqa: E402

from stacks.platform import build_platform  # noqa: E402
from stacks.settings import deployment_settings  # noqa: E402


def build_app(outdir: str | None = None, **context: object) -> cdk.App:
    """Build every stack; cdk.json's context is read here because plain `python app.py` has no CLI to pass it."""
    flags = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    app = cdk.App(outdir=outdir, context={**flags, **context}, analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
    build_platform(app, deployment_settings(app.node.try_get_context))
    return app


if __name__ == "__main__":
    build_app().synth()
