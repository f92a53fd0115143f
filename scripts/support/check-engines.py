"""What Kubernetes and AWS Batch make of what "maskbench submit" prints, without either: Kubernetes' own schemas (kubernetes-validate),
and AWS' own model of its service (botocore), with the rules that its documentation adds.

    check-engines.py kubernetes           a manifest on stdin, strictly, for the last four versions of Kubernetes that are known
    check-engines.py aws batch ...        stands for the command line of AWS: checks a request, and prints the number it would get
"""

import argparse
import json
import os
import re
import sys


def kubernetes():
    import kubernetes_validate
    import yaml

    folder = os.path.join(os.path.dirname(kubernetes_validate.__file__), "kubernetes-json-schema")
    known = {tuple(map(int, found.groups())) for found in
             (re.fullmatch(r"v(\d+)\.(\d+)\.\d+-local-strict", name) for name in os.listdir(folder)) if found}
    versions = [f"{major}.{minor}" for major, minor in sorted(known)[-4:]]
    documents = list(yaml.safe_load_all(sys.stdin))
    for version in versions:
        for document in documents:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                sys.exit(f"{version}: {error}")
    print(f"{len(documents)} documents are valid for {', '.join(versions)}")


def of_enums(shape, value, where):
    """botocore leaves the words of an enumeration to the service."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from of_enums(shape.members[name], member, f"{where}.{name}")
    elif shape.type_name == "list":
        for i, member in enumerate(value):
            yield from of_enums(shape.member, member, f"{where}[{i}]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{where}: {value} is none of {shape.enum}"


def of_documentation(request):
    """https://docs.aws.amazon.com/batch/latest/APIReference"""
    for key in ("jobName", "jobDefinitionName"):
        if key in request and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", request[key]):
            yield f"{key}: {request[key]}"
    if not 2 <= request.get("arrayProperties", {"size": 2})["size"] <= 10_000:
        yield "arrayProperties.size: 2 to 10,000"
    if len(request.get("dependsOn", [])) > 20:
        yield "dependsOn: at most 20"
    overrides = request.get("containerOverrides", {})
    if len(json.dumps(overrides)) > 8192:
        yield "containerOverrides: at most 8,192 characters"
    if any(one["name"].startswith("AWS_BATCH") for one in overrides.get("environment", [])):
        yield "environment: AWS_BATCH is reserved"
    retry = request.get("retryStrategy", {"attempts": 1})
    rules = retry.get("evaluateOnExit", [])
    if not 1 <= retry["attempts"] <= 10 or len(rules) > 5:
        yield "retryStrategy: 1 to 10 attempts, at most 5 rules"
    if not all(re.fullmatch(r"\d*\*?", rule.get("onExitCode", "")) for rule in rules):
        yield "onExitCode: digits, and an asterisk at the end"
    for node in request.get("nodeProperties", {}).get("nodeRangeProperties", []):
        if not re.fullmatch(r"\d*:\d*", node["targetNodes"]):
            yield f"targetNodes: {node['targetNodes']}"


def aws(argv):
    import botocore.session
    from botocore.validate import ParamValidator

    parser = argparse.ArgumentParser(prog="aws", allow_abbrev=False)
    parser.add_argument("service", choices=["batch"])
    parser.add_argument("operation", choices=["register-job-definition", "submit-job"])
    for name in ("--query", "--output", "--region", "--cli-input-json", "--job-definition"):
        parser.add_argument(name)
    parser.add_argument("--depends-on", nargs="+", default=[])
    given = parser.parse_args(argv)
    request = json.loads(given.cli_input_json)
    if given.job_definition:
        request["jobDefinition"] = given.job_definition
    if given.depends_on:
        request["dependsOn"] = [dict([one.split("=", 1)]) for one in given.depends_on]
    operation = "".join(word.capitalize() for word in given.operation.split("-"))
    shape = botocore.session.get_session().get_service_model("batch").operation_model(operation).input_shape
    report = ParamValidator().validate(request, shape)
    faults = [report.generate_report()] if report.has_errors() else []
    if not faults:
        faults = [*of_enums(shape, request, operation), *of_documentation(request)]
    if faults:
        sys.exit(f"{operation}: " + "; ".join(faults))
    with open(os.environ["AWS_REQUESTS"], "a+") as requests:
        requests.seek(0)
        number = len(requests.readlines()) + 1
        requests.write(json.dumps({"operation": operation, **request}) + "\n")
    print(f"{given.query}-{number}")


if sys.argv[1] == "kubernetes":
    kubernetes()
else:
    aws(sys.argv[2:])
