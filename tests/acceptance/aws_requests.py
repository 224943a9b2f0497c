"""Holds requests against the services' own models: botocore's validation, and what that leaves out.

aws_requests.py FOLDER: FOLDER has `api/NN-Operation.json` and maybe `iam/NN-Operation.json`. Prints what is wrong, one finding a
line.
"""

import json
import pathlib
import re
import sys

import botocore.session
from botocore.validate import ParamValidator

SERVICES = {"api": "imagebuilder", "iam": "iam"}
found = []


def walk(place, value, shape):
    """Patterns, words and limits: the SDK itself looks at types and at what is required."""
    meta = shape.metadata
    size = {"string": len, "list": len, "map": len, "integer": lambda it: it, "long": lambda it: it}.get(shape.type_name)
    if size is not None:
        number = size(value)
        if "min" in meta and number < meta["min"] or "max" in meta and number > meta["max"]:
            found.append(f"{place}: {number} is not between {meta.get('min')} and {meta.get('max')}")
    if shape.type_name == "string":
        if getattr(shape, "enum", None) and value not in shape.enum:
            found.append(f"{place}: {value!r} is none of {', '.join(shape.enum)}")
        pattern = meta.get("pattern")
        if pattern and not re.search(python(pattern), value):
            found.append(f"{place}: {value!r} does not match {pattern}")
    elif shape.type_name == "structure":
        for name, member in value.items():
            if name in shape.members:
                walk(f"{place}.{name}", member, shape.members[name])
            else:
                found.append(f"{place}: there is no `{name}`")
    elif shape.type_name == "list":
        for at, item in enumerate(value):
            walk(f"{place}[{at}]", item, shape.member)
    elif shape.type_name == "map":
        for key, item in value.items():
            walk(f"{place} key", key, shape.key)
            walk(f"{place}.{key}", item, shape.value)


def python(pattern):
    """A pattern of the model, which means the whole text and is written for another engine."""
    pattern = pattern.replace("z-0-9", "z\\-0-9").replace("0-9-", "0-9\\-")
    pattern = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda it: re.escape(chr(int(it.group(1), 16))), pattern)
    return f"\\A(?:{pattern})\\Z"


def main(folder):
    session = botocore.session.get_session()
    seen = 0
    for name, service in SERVICES.items():
        model = session.get_service_model(service)
        for path in sorted((folder / name).glob("*.json")):
            operation = path.stem.split("-", 1)[1]
            if operation not in model.operation_names:
                found.append(f"{path.name}: {service} has no {operation}")
                continue
            shape = model.operation_model(operation).input_shape
            body = json.loads(path.read_text(encoding="utf-8"))
            report = ParamValidator().validate(body, shape)
            if report.has_errors():
                found.append(f"{path.name}: {report.generate_report()}")
                continue
            walk(path.name, body, shape)
            seen += 1
    if not seen and not found:
        found.append("there is no request")
    print("\n".join(found), end="\n" if found else "")


main(pathlib.Path(sys.argv[1]))
