#!/usr/bin/env bash
# Makes a Docker engine answer, with the base image that eng/machine/Dockerfile begins with; does nothing where that is so already.
# As root it installs what is missing (docker.io, iptables, debootstrap) and starts an engine; otherwise it says what is missing and ends with 1.
# The engine that it starts writes its log and its process id to /var/run/ppyolo-dockerd.{log,pid}; end it with: kill $(cat /var/run/ppyolo-dockerd.pid)
set -uo pipefail

image=${1:-debian:bookworm-slim}
state=/var/run/ppyolo-dockerd

say() { echo "start-docker: $*" >&2; }
engine() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

install() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "missing: $*; as root on Debian or Ubuntu this script installs it"
        return 1
    fi
    say "installing $*"
    # Services are not started by the package: there may be no init system, and a container image must not have one running.
    local log
    log=$(mktemp)
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -5 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

start_engine() {
    engine && return 0
    if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null || ! command -v iptables >/dev/null; then
        install docker.io iptables || return 1
        # The package may have started it.
        engine && return 0
    fi
    if [ "$(id -u)" != 0 ]; then
        say "no Docker engine answers (DOCKER_HOST=${DOCKER_HOST:-not set}), and only root can start one"
        return 1
    fi
    # overlay2 shares layers, and starts a container in half a second. It does not work in every container. vfs does, on every file system, and
    # copies each layer; programs are mounted for that reason.
    start_with overlay2 || start_with vfs && return 0
    say "dockerd did not come up:"
    tail -5 "$state.log" >&2
    return 1
}

# Starts an engine that keeps images by one storage driver.
start_with() {
    say "starting dockerd with $1 (log: $state.log)"
    rm -f /var/run/docker.pid
    setsid dockerd --storage-driver="$1" >"$state.log" 2>&1 < /dev/null &
    local pid=$!
    for _ in $(seq 60); do
        if engine; then
            echo "$pid" >"$state.pid"
            return 0
        fi
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.5
    done
    kill "$pid" 2>/dev/null
    for _ in $(seq 20); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.5
    done
    return 1
}

# The first mirror in the machine's own package sources, in either of their two formats, that has Debian itself.
mirror() {
    {
        cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs:[[:space:]]*//p' | tr ' ' '\n'
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb[[:space:]]\+\(\[[^]]*\][[:space:]]*\)\?\([^[:space:]]*\).*/\2/p'
    } | grep -E '/debian/?$' | head -1
}

# What a Debian image of that name would hold, made from the packages: for machines that cannot pull one.
make_image() {
    local suite=${image#debian:} from root
    suite=${suite%-slim}
    [ "$image" = "debian:$suite-slim" ] || { say "cannot make $image"; return 1; }
    from=$(mirror)
    [ -n "$from" ] || { say "no Debian mirror in this machine's package sources"; return 1; }
    command -v debootstrap >/dev/null || install debootstrap || return 1
    root=$(mktemp -d)
    say "making $image with debootstrap"
    if debootstrap --variant=minbase "$suite" "$root" "$from" >"$root.log" 2>&1; then
        # A container reaches packages the way this machine does.
        cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null
        tar -C "$root" --exclude=./var/cache/apt/archives -c . | docker import - "$image" >/dev/null
    else
        tail -5 "$root.log" >&2
        false
    fi
    local status=$?
    rm -rf "$root" "$root.log"
    return $status
}

start_engine || exit 1
docker image inspect "$image" >/dev/null 2>&1 && exit 0
timeout 120 docker pull -q "$image" >/dev/null 2>&1 && exit 0
make_image
