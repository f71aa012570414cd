#!/usr/bin/python3
"""validate-openrpc.py META-SCHEMA DOCUMENT: prints what is wrong with an OpenRPC document, a line each, by its meta-schema.

The meta-schema takes JSON Schema's own from json-schema.tools, which draft 7 stands in for: it is what that one is made of.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
from jsonschema import Draft7Validator, RefResolver  # noqa: E402

TOOLS = "https://meta.json-schema.tools"
DRAFT7 = "http://json-schema.org/draft-07/schema#"
STAND_IN = {
    "allOf": [{"$ref": DRAFT7}],
    "definitions": {"JSONSchemaObject": {"properties": {"$ref": {"type": "string", "format": "uri-reference"}}}},
}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        meta = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        document = json.load(file)
    store = {TOOLS: STAND_IN, TOOLS + "/": STAND_IN, DRAFT7: Draft7Validator.META_SCHEMA}
    validator = Draft7Validator(meta, resolver=RefResolver.from_schema(meta, store=store))
    problems = list(validator.iter_errors(document))
    for problem in problems:
        place = "/".join(str(part) for part in problem.path)
        print(f"{place}: {problem.message[:300]}")
        for cause in problem.context[:5]:
            print(f"    {'/'.join(str(part) for part in cause.path)}: {cause.message[:200]}")
    # What methods refer to is JSON Schema, which oneOf in the meta-schema reports badly.
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        for problem in Draft7Validator(Draft7Validator.META_SCHEMA).iter_errors(schema):
            problems.append(problem)
            print(f"components/schemas/{name}: {problem.message[:300]}")
    sys.exit(1 if problems else 0)


main()
