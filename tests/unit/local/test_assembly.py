"""Reading a cloud assembly."""

import json
from pathlib import Path
from typing import Any

from local.assembly import Assembly
from local.deployment import zip_folder


def assembly(folder: Path, artifacts: dict[str, Any], **files: Any) -> Assembly:
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    for name, content in files.items():
        (folder / f"{name}.template.json").write_text(json.dumps(content))
    return Assembly(folder)


def stack_artifact(name: str, *dependencies: str) -> dict[str, Any]:
    properties = {"templateFile": f"{name}.template.json"}
    return {"type": "aws:cloudformation:stack", "properties": properties, "dependencies": list(dependencies)}


def test_stacks_come_after_those_they_depend_on(tmp_path: Path) -> None:
    artifacts = {
        "Api": stack_artifact("Api", "Services", "Api.assets"),
        "Services": stack_artifact("Services", "Data"),
        "Data": stack_artifact("Data"),
        "Api.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Api.assets.json"}},
    }
    made = assembly(tmp_path, artifacts, Api={"Resources": {}}, Services={}, Data={})

    assert [stack.name for stack in made.stacks()] == ["Data", "Services", "Api"]


def test_assets_are_listed_without_the_templates(tmp_path: Path) -> None:
    destination = {"d": {"bucketName": "assets", "objectKey": "abc.zip"}}
    files = {
        "abc": {"source": {"path": "asset.abc", "packaging": "zip"}, "destinations": destination},
        "def": {"source": {"path": "Data.template.json", "packaging": "file"}, "destinations": destination},
    }
    (tmp_path / "Data.assets.json").write_text(json.dumps({"files": files}))
    made = assembly(tmp_path, {"a": {"type": "cdk:asset-manifest", "properties": {"file": "Data.assets.json"}}})

    (asset,) = made.assets()

    assert (asset.source, asset.is_folder, asset.key) == (tmp_path / "asset.abc", True, "abc.zip")


def test_equal_folders_give_equal_zips(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "package").mkdir(parents=True)
        (tmp_path / name / "package" / "module.py").write_text("VALUE = 1\n")
    (tmp_path / "two" / "package" / "module.py").touch()

    assert zip_folder(tmp_path / "one") == zip_folder(tmp_path / "two")
