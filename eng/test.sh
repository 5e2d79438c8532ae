#!/usr/bin/env bash
# Runs every test. Installs first what some of them need, where that is allowed (root and apt-get); what is missing afterwards is said, and just the tests that
# need it skip with that reason.
set -uo pipefail
cd "$(dirname "$0")/.."

# Not grep -q: it ends at the first line, and ldconfig, which then cannot write on, fails under pipefail.
has_library() { ldconfig -p 2>/dev/null | grep "$1" >/dev/null; }

install() {
    local packages=()
    command -v mpirun >/dev/null || packages+=(openmpi-bin)
    /usr/bin/python3 -c 'import torch' 2>/dev/null || packages+=(python3-torch)
    has_library 'libgtk-3\.so\.0' || packages+=(libgtk-3-0)
    # Not a test's: with it they take less time and memory.
    has_library 'libtcmalloc_minimal\.so\.4' || packages+=(libtcmalloc-minimal4)
    if [ ${#packages[@]} -gt 0 ]; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "installing ${packages[*]}"
            export DEBIAN_FRONTEND=noninteractive
            apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null || echo "could not install all of: ${packages[*]}"
        else
            echo "not installed: ${packages[*]}; the tests that need them skip (Debian: apt-get install ${packages[*]})"
        fi
    fi
    [ -x eng/start-docker.sh ] && { eng/start-docker.sh || echo "no Docker engine; the tests over two machines skip"; }
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DiffEngine_Disabled=true
# MSBuild, the compiler and the test runner are many short processes here, and some tests start builds of their own: they collect no profiles and compile less
# twice, as our programs do (Directory.Build.props; 3E8 is its 1000). A small build takes a third less processor time.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCountThreshold=3E8
# Whether 8 GB can be written to a folder in memory, and run there, and programs have enough left beside the 3 GB that tests write at most.
is_roomy() {
    [ "$(df --output=avail -k "$1" 2>/dev/null | tail -1)" -ge 8000000 ] && ! findmnt -no OPTIONS "$1" | grep -qw noexec &&
        [ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -ge 12000000 ]
} 2>/dev/null
dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" { print "runtime", $2 }'
log=$(mktemp)
failed=$(mktemp)
# While the build, which needs none of it, has the processors.
install &
installing=$!
if [ $# -gt 0 ]; then
    wait "$installing"
    # One project after the other (-m:1): these may be any, and two would fight over the cores.
    dotnet test PPYolo.sln -c Release -m:1 "$@" 2>&1 | tee "$log"
    [ "${PIPESTATUS[0]}" = 0 ] || echo tests >>"$failed"
else
    # A test that hangs is ended after ten minutes, and named. None takes longer, but those that are asked for.
    limit=() blame=()
    if [ -z "${PPYOLO_FAULTS:-}${PPYOLO_SLOW:-}${PPYOLO_SOAK:-}" ]; then
        # In this process group, so that whoever ends the script ends them.
        limit=(timeout --foreground --kill-after=1m 45m)
        blame=(--blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none)
    fi
    run() {
        "${limit[@]}" dotnet test "$@" -c Release --no-build "${blame[@]}" 2>&1 | tee -a "$log"
        [ "${PIPESTATUS[0]}" = 0 ] || echo "$1" >>"$failed"
    }
    dotnet build PPYolo.sln -c Release 2>&1 | grep -v ' -> '
    # Without this, tests would run on what an earlier build left.
    if [ "${PIPESTATUS[0]}" != 0 ]; then
        wait "$installing"
        echo "failed: the build"
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
    wait "$installing"
    # Tests write and read records all the time, and what keeps a checkpoint waits for the disk: where memory is large enough, it takes its place.
    if [ -z "${TMPDIR:-}" ] && is_roomy /dev/shm && memory=$(mktemp -d /dev/shm/ppyolo-tests.XXXXXX); then
        trap 'rm -rf "$memory"' EXIT
        export TMPDIR=$memory
    fi
    # Two at a time, the longest first: what is done makes room for the next, so that both cores work to the end. Most tests compute on one thread, or wait for a process.
    next() {
        [ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
        run "$@" &
    }
    next tests/Unit
    next tests/Distributed
    next tests/Faults
    next tests/Alignment
    # The small goldens, and ResNet-50's deformable convolutions, once more, in a fresh process on two threads: a golden that only its own process meets is none. The target Soak runs all of them, many times.
    # Not runs against themselves, which choose their threads, one and two, and so would do the same again.
    PPYOLO_TEST_THREADS=2 next tests/Alignment --filter 'Category=Golden&FullyQualifiedName!~SelfTheories&(DisplayName~r18vd|DisplayName~r50vd-aligngrad-calm)'
    next tests/Golden
    next tests/Unit.Snapshots
    wait
    # Each project has said its counts, or it did not come so far.
    [ "$(grep -cE '^(Passed|Failed)! +- +Failed:' "$log")" = 7 ] || echo "a project that did not run to its end" >>"$failed"
fi
if [ -s "$failed" ]; then
    # Two projects write into each other's lines: what failed stands once more at the end, with the beginning of its message.
    grep -E -A 12 '^( +Failed [A-Z]|The test running when )' "$log" | cut -c1-400 | head -200
    echo "failed: $(sort -u "$failed" | tr '\n' ' ')"
    status=1
fi
awk '/^(Passed|Failed)! +- +Failed:/ { gsub(",", ""); for (i = 1; i < NF; i++) { if ($i == "Failed:") f += $(i+1); if ($i == "Passed:") p += $(i+1); if ($i == "Skipped:") s += $(i+1) } }
     END { printf "%d passed, %d failed, %d skipped\n", p, f, s }' "$log"
rm -f "$log" "$failed"
exit "${status:-0}"
