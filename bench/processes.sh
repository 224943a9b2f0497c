#!/bin/sh
# Whole processes side by side, in one run: how long `formwork` takes beside an empty Rust program, and (where a
# `packer` is on the PATH) beside Packer. Prints the median wall time of each and the ratios; quote the ratios.
#
#   bench/processes.sh [RUNS]
set -eu

cd "$(dirname "$0")/.."
runs=${1:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release --quiet
formwork=$PWD/target/release/formwork
echo 'fn main() {}' > "$work/empty.rs"
rustc -O -o "$work/empty" "$work/empty.rs"

# A template of 300 lines.
{
    printf 'variable "registry" {\n  type    = string\n  default = "registry.example.com"\n}\n\n'
    for number in $(seq 1 24); do
        printf 'source "docker" "app-%s" {\n  image   = "${var.registry}/base:1"\n  commit  = true\n' "$number"
        printf '  changes = [\n    "ENV NAME=app-%s",\n    "EXPOSE 8080",\n  ]\n}\n\n' "$number"
    done
    printf 'build {\n  sources = [\n'
    for number in $(seq 1 24); do printf '    "source.docker.app-%s",\n' "$number"; done
    printf '  ]\n'
    for step in 1 2 3 4 5 6; do
        printf '  provisioner "shell" {\n    inline = [\n      "echo %s ${source.name}",\n      "true",\n    ]\n  }\n' "$step"
    done
    printf '}\n'
} > "$work/t.pkr.hcl"

python3 - "$runs" "$formwork" "$work" <<'PYTHON'
import shutil, statistics, subprocess, sys, time

runs, formwork, work = int(sys.argv[1]), sys.argv[2], sys.argv[3]
lines = sum(1 for _ in open(f"{work}/t.pkr.hcl"))
commands = {
    "empty Rust program": [f"{work}/empty"],
    "formwork --version": [formwork, "--version"],
    f"formwork check, {lines} lines, 24 images": [formwork, "check", f"{work}/t.pkr.hcl"],
}
if shutil.which("packer"):
    commands["packer version"] = ["packer", "version"]
    commands["packer validate, the same"] = ["packer", "validate", f"{work}/t.pkr.hcl"]
times = {name: [] for name in commands}
for run in range(runs + 1):  # the first is a warm-up; the commands take turns, so that all see the same machine
    for name, command in commands.items():
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        if run:
            times[name].append(time.perf_counter() - start)
base = statistics.median(times["empty Rust program"])
for name, seconds in times.items():
    median = statistics.median(seconds)
    print(f"{name:45} {median * 1000:8.2f} ms   {median / base:6.2f} × the empty program")
PYTHON
