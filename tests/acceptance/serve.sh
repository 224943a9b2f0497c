#!/usr/bin/env bash
# Starts a registry and a BuildKit with the base images that the acceptance tests
# build on, prints the variables that lead there, and stays.
#
#   tests/acceptance/serve.sh > vars &    then `. vars`, and the tests reuse it
#   serve.sh --until-eof                  ends when its standard input does: the
#                                         tests start it so, and whatever way they
#                                         end, nothing is left running
#
# Needs root, and buildkitd, buildctl, buildx, crane, busybox and bash-static in
# FORMWORK_TOOLS or PATH (`.ci/tools.sh` installs them and prints that folder).
# FORMWORK_CONFORMANCE adds the base images of the recorded cases.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ -z ${FORMWORK_TOOLS:-} ]] || export PATH="$FORMWORK_TOOLS:$PATH"

work=$(mktemp -d "${TMPDIR:-/tmp}/formwork-acceptance.XXXXXX")
registry='' daemon=''
cleanup() {
  trap '' TERM INT HUP
  # The daemon first: on TERM it ends its containers and unmounts.
  for pid in $daemon $registry; do
    kill "$pid" 2>/dev/null || continue
    for _ in {1..100}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || :
  done
  # What a daemon that had to be killed left mounted, innermost first.
  awk -v below="$work/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
    while IFS= read -r mount; do umount "$mount" || :; done
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT HUP

# wait_for WHAT COMMAND...: polls, and shows the daemon's log when it is too late.
wait_for() {
  local what=$1
  shift
  for _ in {1..300}; do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  echo "serve.sh: $what did not start" >&2
  tail -n 20 "$work"/*.log >&2
  return 1
}

# Port 0: the kernel picks, so that two servers can run side by side.
crane registry serve --address 127.0.0.1:0 >"$work/registry.log" 2>&1 </dev/null &
registry=$!
wait_for 'the registry' grep -q 'serving on port' "$work/registry.log"
address=127.0.0.1:$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' "$work/registry.log" | head -n 1)

cat >"$work/buildkitd.toml" <<TOML
[registry."docker.io"]
  mirrors = ["$address"]
[registry."$address"]
  http = true
  insecure = true
TOML
# The native snapshotter and the host's network: nothing asked of the machine but root.
mkdir "$work/tmp"
TMPDIR=$work/tmp buildkitd --config "$work/buildkitd.toml" --root "$work/state" --addr "unix://$work/buildkitd.sock" \
  --oci-worker=true --oci-worker-snapshotter=native --oci-worker-net=host --containerd-worker=false \
  >"$work/buildkitd.log" 2>&1 </dev/null &
daemon=$!
export BUILDX_CONFIG=$work/buildx DOCKER_CONFIG=$work/docker
wait_for buildkitd buildctl --addr "unix://$work/buildkitd.sock" debug workers
buildx create --name formwork --driver remote --use "unix://$work/buildkitd.sock" >/dev/null

"$here/base.sh" "$work/root"
tar -C "$work/root" --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 -cf "$work/root.tar" .
rm -rf "$work/root"
crane append --insecure --oci-empty-base -f "$work/root.tar" -t "$address/stand-in:layer" >/dev/null 2>&1
crane mutate --insecure --set-platform linux/amd64 --cmd sh \
  --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  -t "$address/stand-in:1" "$address/stand-in:layer" >/dev/null 2>&1

if [[ -n ${FORMWORK_CONFORMANCE:-} ]]; then
  mkdir "$work/base"
  debs=
  for deb in "${FORMWORK_TOOLS:-}"/busybox-static_*.deb; do [[ ! -e $deb ]] || debs=$FORMWORK_TOOLS; done
  DEBS=$debs "$FORMWORK_CONFORMANCE/images/make-base.sh" "$work/base" >/dev/null
  for name in base base-user; do
    crane push --insecure "$work/base/$name.tar" "$address/formwork/$name:1" >/dev/null 2>&1
    crane config --insecure "$address/formwork/$name:1" >"$work/base/$name.config.json"
  done
fi

printf "export %s='%s'\n" FORMWORK_TOOLS "${FORMWORK_TOOLS:-}" FORMWORK_BUILDKIT "unix://$work/buildkitd.sock" \
  FORMWORK_REGISTRY "$address" FORMWORK_SERVER "$work" BUILDX_CONFIG "$BUILDX_CONFIG" DOCKER_CONFIG "$DOCKER_CONFIG" \
  BUILDX_BUILDER formwork
echo '# ready'

if [[ ${1:-} == --until-eof ]]; then
  cat >/dev/null
else
  # A background job, because a trap waits for the foreground command to end.
  sleep infinity &
  trap 'kill $! 2>/dev/null; cleanup' EXIT
  wait $!
fi
