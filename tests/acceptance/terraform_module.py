"""Reads a module with a reader of HCL that is not ours, and holds it against the provider's schema.

terraform_module.py FOLDER SCHEMA.json: prints what is wrong, one finding a line.
"""

import json
import pathlib
import re
import sys

import hcl2

# Resources that the schema file does not describe, with what they may say.
OTHERS = {
    "aws_iam_role": {"name", "description", "assume_role_policy"},
    "aws_iam_role_policy": {"name", "role", "policy"},
    "aws_iam_role_policy_attachment": {"role", "policy_arn"},
    "aws_iam_instance_profile": {"name", "role"},
    "aws_s3_object": {"bucket", "key", "source", "source_hash"},
}
META = {"count", "for_each", "depends_on", "provider"}
META_BLOCKS = {"lifecycle", "timeouts"}
found = []


def bare(text):
    """A key or label without the quotes that the reader may leave."""
    return text[1:-1] if len(text) > 1 and text[0] == '"' == text[-1] else text


def is_expression(value):
    return isinstance(value, str) and value.startswith("${")


def fits(value, wanted):
    if is_expression(value) or value is None:
        return True
    if wanted == "string":
        return isinstance(value, str)
    if wanted == "bool":
        return isinstance(value, bool)
    if wanted == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if wanted == "list(string)":
        return isinstance(value, list) and all(fits(item, "string") for item in value)
    if wanted == "map(string)":
        return isinstance(value, dict) and all(fits(item, "string") for item in value.values())
    return False


def walk(place, body, arguments, blocks):
    for name, argument in arguments.items():
        if argument["required"] and name not in body:
            found.append(f"{place}: `{name}` is missing")
    for name, value in body.items():
        if name.startswith("__") or name in META or name in META_BLOCKS:
            continue
        argument = arguments.get(name)
        if argument is None:
            found.append(f"{place}: there is no `{name}`")
        elif argument["type"].startswith("block:"):
            inner = argument["type"].removeprefix("block:")
            if not isinstance(value, list):
                found.append(f"{place}: `{name}` is a block")
                continue
            if len(value) > 1 and not argument.get("repeated"):
                found.append(f"{place}: `{name}` may be there once")
            for block in value:
                walk(f"{place}.{name}", block, blocks[inner], blocks)
        elif not fits(value, argument["type"]):
            found.append(f"{place}: `{name}` is no {argument['type']}: {value!r}")


def main(folder, schema):
    folder = pathlib.Path(folder)
    known = json.loads(pathlib.Path(schema).read_text())["resources"]
    declared, text = set(), ""
    bodies = []
    for name in ["main.tf", "variables.tf", "outputs.tf"]:
        path = folder / name
        text += path.read_text()
        with path.open() as file:
            root = hcl2.load(file)
        for block in root.get("provider", []) + [b for t in root.get("terraform", []) for b in t.get("backend", [])]:
            found.append(f"{name}: a child module has no provider and no backend: {block}")
        for block in root.get("resource", []):
            for kind, labels in block.items():
                for label, body in labels.items():
                    declared.add(f"{bare(kind)}.{bare(label)}")
                    bodies.append((bare(kind), bare(label), body))
        for kind in ["data", "variable"]:
            for block in root.get(kind, []):
                for first, rest in block.items():
                    names = [bare(label) for label in rest] if kind == "data" else [None]
                    prefix = "data." if kind == "data" else "var."
                    declared.update(prefix + bare(first) + (f".{label}" if label else "") for label in names)
    for kind, label, body in bodies:
        place = f"{kind}.{label}"
        if kind in known:
            walk(place, body, known[kind]["arguments"], known[kind]["blocks"])
        elif kind in OTHERS:
            for name in body:
                if name not in OTHERS[kind] | META and not name.startswith("__"):
                    found.append(f"{place}: there is no `{name}`")
        else:
            found.append(f"{place}: nothing is known of this resource")
        if kind in ["aws_imagebuilder_component", "aws_imagebuilder_image_recipe", "aws_imagebuilder_container_recipe"]:
            lifecycle = body.get("lifecycle", [{}])[0]
            if lifecycle.get("create_before_destroy") is not True:
                found.append(f"{place}: it is not made before the old one goes")
            if len(bare(str(body["name"]))) > 126:
                found.append(f"{place}: its name is too long")
    # Texts of the user's cannot look like these: `${` in them is escaped.
    code = text.replace("$${", "")
    for address in re.findall(r"(?<![\w.\"-])((?:data\.)?aws_\w+\.[\w-]+|var\.\w+)", code):
        if address not in declared:
            found.append(f"`{address}` is not declared")
    for path in re.findall(r'file\("\$\{path\.module\}/([^"]+)"\)', code):
        if not (folder / path).is_file():
            found.append(f"`{path}` is not there")
    if not bodies:
        found.append("there are no resources")


main(*sys.argv[1:])
print("\n".join(found))
