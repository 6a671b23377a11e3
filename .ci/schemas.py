"""Every shipped scenario and plan is valid by the schema that the program prints, and slips in them are not."""

import copy
import json
import sys
import tomllib
from pathlib import Path

from jsonschema import Draft202012Validator

folder = Path(sys.argv[1])
schemas = {kind: json.loads((folder / f"{kind}.json").read_text()) for kind in ("scenario", "plan")}
for schema in schemas.values():
    Draft202012Validator.check_schema(schema)
validators = {kind: Draft202012Validator(schema) for kind, schema in schemas.items()}

files = [path for path in sorted(Path("scenarios").rglob("*.toml")) if "holidays" not in path.parts]
for path in files:
    tree = json.loads(json.dumps(tomllib.loads(path.read_text()), default=str))
    validator = validators["plan" if "sweeps" in path.parts else "scenario"]
    errors = [f"{path}: {error.json_path}: {error.message}" for error in validator.iter_errors(tree)]
    assert not errors, "\n".join(errors)

baseline = json.loads(json.dumps(tomllib.loads(Path("scenarios/baseline.toml").read_text()), default=str))
slips = {
    "an unknown key": ("places.alataw_pass.clearance.export.dekss", 2),
    "a time without a unit": ("places.alataw_pass.reloading.shed.lifting", 60),
    "an unknown unit": ("places.alataw_pass.reloading.shed.lifting", "60 mins"),
    "a rate without a unit": ("places.alataw_pass.exchange.west.quota", 18),
    "a text for a number": ("places.alataw_pass.clearance.export.desks", "2"),
    "half a desk": ("places.alataw_pass.clearance.export.desks", 2.5),
    "an unknown word": ("places.alataw_pass.clearance.export.at_close", "stop"),
    "an unknown law": ("places.alataw_pass.clearance.export.time.law", "log-normal"),
    "a share in per cent": ("run.confidence", 95),
    "a number for a table": ("flows", 3),
}
for what, (key, value) in slips.items():
    tree = copy.deepcopy(baseline)
    *way, last = key.split(".")
    table = tree
    for step in way:
        table = table[step]
    table[last] = value
    found = [error.json_path for error in validators["scenario"].iter_errors(tree)]
    # Editors draw the message there.
    place = "$." + (key.rsplit(".", 1)[0] if "unknown key" in what else key)
    assert found == [place], f"{what}: {found}"
print(f"{len(files)} files are valid, {len(slips)} slips are found at their places")
