#!/usr/bin/env bash
# The first run on a card: every scenario, one after the other. Each step has its log; a step that fails does not stop the next.
#
#   bash eng/card.sh [FOLDER]        some ten minutes with building; the folder (card-report) must not be there yet
#   DEVICE=cpu bash eng/card.sh      the same steps without a card, to try the script
#
# It ends with a line for each step: what was expected, what came, and how long it took.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-card-report}
device=${DEVICE:-cuda}
python=${PPYOLO_PYTHON:-python3}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if [ -e "$out" ]; then
    echo "card.sh: $out is there already; name another folder" >&2
    exit 2
fi
mkdir -p "$out" || exit 2
out=$(cd "$out" && pwd)
backend=cuda
[ "$device" = cpu ] && backend=cpu
failed=0

# step NAME EXPECTED COMMAND...: runs it and notes how it ended. EXPECTED is an exit code.
step() {
    local name=$1 expected=$2 start=$SECONDS code
    shift 2
    echo "== $name: $*"
    "$@" >"$out/$name.log" 2>&1
    code=$?
    local verdict=ok
    if [ "$code" != "$expected" ]; then
        verdict=FAILED
        failed=$((failed + 1))
        tail -3 "$out/$name.log"
    fi
    printf '%-32s %-7s exit code %3s, expected %s, %5s s\n' "$name" "$verdict" "$code" "$expected" "$((SECONDS - start))" | tee -a "$out/summary.txt"
}

skip() {
    printf '%-32s %-7s %s\n' "$1" skipped "$2" | tee -a "$out/summary.txt"
}

ppyolo() {
    dotnet src/Cli/bin/Release/net10.0/ppyolo.dll "$@"
}

# A run over epochs that is killed after its first checkpoint, and goes on to the same bits as one that is not.
resume() {
    local run=$out/runs
    local train=(train --data fixtures/scenes --config ppyolo_r18vd_scenes --set 'sizes=[96]' --epochs 2 --device "$device")
    mkdir -p "$run"
    ppyolo "${train[@]}" --out "$run/whole" || return 1
    dotnet src/Cli/bin/Release/net10.0/ppyolo.dll "${train[@]}" --out "$run/killed" &
    local id=$!
    while kill -0 "$id" 2>/dev/null && [ ! -e "$run/killed/epoch0001.pth" ]; do
        sleep 0.1
    done
    kill -9 "$id"
    wait "$id"
    ppyolo train --resume --out "$run/killed" --device "$device" || return 1
    ppyolo diff "$run/whole/epoch0002.pth" "$run/killed/epoch0002.pth" --d-value 0
}

# On a card that does not promise the same bits, noise is measured: cuBLAS promises none with such a workspace.
self_by_noise() {
    CUBLAS_WORKSPACE_CONFIG=:4096:2:16:8 ppyolo align self --device "$device" --json "$out/self-by-noise.json" || return 1
    grep -q '"judgment": "by the noise of 4 replays' "$out/self-by-noise.json"
}

# The batch is as large as one array may be (2 GB), so that it comes to the card; the message says what does not fit.
too_large_a_batch() {
    local message code
    message=$(ppyolo train --config ppyolo_r50vd_voc2012 --set batch=400 --set 'sizes=[608]' --iterations 1 --device "$device" 2>&1)
    code=$?
    echo "$message"
    [[ $message == *"400 images of 608x608 do not fit into the memory of"* ]] && return "$code"
}

# Ten steps of the twin in PyTorch on the batch that ours has just trained on; ours says its own time for each.
beside_pytorch() {
    ppyolo train --config ppyolo_r50vd_aligngrad --set batch=8 --set 'sizes=[608]' --iterations 20 --device "$device" --record "$out/step" || return 1
    yes round | head -10 | "$python" benchmarks/Peers/python/step.py "$out/step/000.pth" "$out/step/batch00000_rank00.npz" 0.00005 4 "$device"
}

echo "card.sh: reports go to $out"
{
    date
    git log -1 --format='commit %H' 2>/dev/null
    uname -srm
    command -v nvidia-smi >/dev/null && nvidia-smi
    # Where it is found, ranks-mpi goes over it; else the log of ranks-mpi has a note.
    ldconfig -p 2>/dev/null | grep libnccl || echo "no libnccl.so.2"
} >"$out/machine.txt" 2>&1
cards=0
command -v nvidia-smi >/dev/null && cards=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU')

step build 0 dotnet build PPYolo.sln -c Release -v q -p:TorchBackend="$backend"
step inference 0 ppyolo align inference --device "$device" --json "$out/inference.json"
for folder in fixtures/reference/*/; do
    name=$(basename "$folder")
    [ -f "$folder/case.json" ] || continue
    step "reference-$name" 0 ppyolo align reference "$folder" --device "$device" --json "$out/reference-$name.json"
done
if [ "$device" != cpu ]; then
    # TF32 is 1e-3 off, and bounds are not: this must be red, or the bounds see nothing.
    case=$(ls -d fixtures/reference/*/ | head -1)
    step reference-with-tf32-is-red 1 ppyolo align reference "$case" --device "$device" --tf32 --json "$out/reference-tf32.json"
fi
step self 0 ppyolo align self --device "$device" --json "$out/self.json"
if [ "$device" != cpu ]; then
    step self-by-noise 0 self_by_noise
fi
step self-traced 0 ppyolo train --config ppyolo_r18vd_voc2012 --set 'sizes=[96]' --init generator:1:calm --device "$device" --record "$out/A" --trace --floor 3
step self-again 0 ppyolo train --config ppyolo_r18vd_voc2012 --set 'sizes=[96]' --init generator:1:calm --device "$device" --record "$out/B" --trace
step explain-same 0 ppyolo explain "$out/A" "$out/B" --device "$device" --html "$out/same.html"
step momentum 0 ppyolo train --config ppyolo_r18vd_voc2012 --set 'sizes=[96]' --set momentum=0.85 --init generator:1:calm --device "$device" --record "$out/C" --trace
step explain-momentum 1 ppyolo explain "$out/A" "$out/C" --device "$device" --html "$out/momentum.html"
if [ "$device" = cpu ] || [ "$cards" -ge 2 ]; then
    step ranks-threads 0 ppyolo align ranks --device "$device" --json "$out/ranks-threads.json"
    if command -v mpirun >/dev/null; then
        step ranks-mpi 0 ppyolo align ranks --launch mpi --device "$device" --json "$out/ranks-mpi.json"
    else
        skip ranks-mpi "no mpirun"
    fi
else
    skip ranks-threads "one card; two ranks need one each"
    skip ranks-mpi "one card; two ranks need one each"
    step ranks-of-one-card-are-refused 2 ppyolo align ranks --device "$device"
fi
step resume-after-kill 0 resume
if [ "$device" != cpu ]; then
    step too-large-a-batch 3 too_large_a_batch
    step twenty-at-608 0 ppyolo train --config ppyolo_r50vd_voc2012 --set batch=8 --set 'sizes=[608]' --iterations 20 --device "$device"
    if "$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
        step beside-pytorch 0 beside_pytorch
    else
        skip beside-pytorch "$python has no PyTorch that sees a card"
    fi
else
    step three-at-96 0 ppyolo train --config ppyolo_r50vd_voc2012 --set batch=2 --set 'sizes=[96]' --iterations 3
fi

echo
cat "$out/summary.txt"
echo "$failed failed; $out has the reports"
[ "$failed" = 0 ]
