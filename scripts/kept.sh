# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What slow tools said, kept for every clone of this user. Source it, then
#
#   kept [-k TEXT] [-i "FILE..."] [-o "FILE..."] NAME COMMAND...
#
# runs COMMAND; or, if that succeeded before with the same inputs, prints what it printed then and writes the -o files
# that it wrote. The inputs are the command's words, TEXT, names and contents of the -i files, and this file: so
# the caller names all that the command reads, the script with the command in it too, and in TEXT the tools (versions).
# What fails is never kept, nor what ran while an input changed; where nothing can be kept, the command just runs.
#
# An entry is one file NAME-KEY in ${XDG_CACHE_HOME:-~/.cache}/causeway/results: the sum of what follows, and an
# archive. It gets its name when it is complete, and one whose sum is wrong counts as none. Two who miss the same
# one at once both do the work; nobody waits, and nobody reads half of it. Those that nobody asked for in `kept_days`
# go, and the oldest beyond `kept_most`.
kept_days=30
kept_most=5000
kept_self=${BASH_SOURCE[0]}

# versions TOOL...: what they say of themselves, and which program it is that says so
versions() {
    local tool flag
    for tool in "$@"; do
        case $tool in yosys | iverilog) flag=-V ;; *) flag=--version ;; esac
        "$tool" $flag 2>&1
        stat -L -c '%s %Y' "$(command -v "$tool")"
    done
}

# headers: versions of the packages that the system's own headers come in, which no list of files names
headers() { dpkg-query -W -f '${Package} ${Version}\n' 2>/dev/null | grep -E -- '-dev |^linux-(headers|kbuild|compiler)-'; }

# kept_key TEXT "FILE..." COMMAND...: fails when a file cannot be read
kept_key() (
    set -o pipefail
    # shellcheck disable=SC2086 # names of files
    { sha256sum <"$kept_self" && sha256sum -- /dev/null $2 && printf '%s\n' "$@"; } 2>/dev/null | sha256sum | cut -c 1-40
)

# kept_give ENTRY FOLDER "FILE...": fails when there is none, or when it is damaged
kept_give() {
    local sum file n=0
    [ -f "$1" ] || return
    { read -r sum && cat >"$2/archive"; } <"$1" && [ "$sum" = "$(sha256sum <"$2/archive")" ] &&
        tar -xzf "$2/archive" -C "$2" || return
    for file in $3; do
        n=$((n + 1))
        # In one step: somebody may be reading what is there.
        mkdir -p "$(dirname "$file")" && cp "$2/$n" "$file.$$" && mv "$file.$$" "$file" || return
    done
    touch -c "$1" # asked for today
    cat "$2/printed"
}

# kept_take ENTRY FOLDER "FILE...": a command that has not written its files is not kept
kept_take() {
    local file n=0
    for file in $3; do
        n=$((n + 1))
        cp "$file" "$2/$n" || return
    done
    (cd "$2" && tar -czf archive printed $(seq "$n") && { sha256sum <archive && cat archive; } >entry) || return
    # Within one folder, so that the name changes hands in one step.
    file=$(mktemp "${1%/*}/new.XXXXXX") && cat "$2/entry" >"$file" && mv "$file" "$1" || return
    find "${1%/*}" -type f -mtime +"$kept_days" -delete
    find "${1%/*}" -type f -printf '%T@ %p\n' | sort -rn | tail -n +$((kept_most + 1)) | cut -d ' ' -f 2- | xargs -r rm -f
}

kept() {
    # A command that is a function sees our locals: names that none has.
    local OPTIND=1 OPTARG kept_opt kept_text='' kept_in='' kept_out='' kept_name kept_now kept_dir kept_tmp kept_status
    while getopts k:i:o: kept_opt; do
        case $kept_opt in
        k) kept_text=$OPTARG ;;
        i) kept_in=$OPTARG ;;
        o) kept_out=$OPTARG ;;
        *) return 2 ;;
        esac
    done
    shift $((OPTIND - 1))
    kept_name=$1
    shift
    kept_dir=${XDG_CACHE_HOME:-${HOME:-}/.cache}/causeway/results
    if ! kept_now=$(kept_key "$kept_text" "$kept_in" "$@") || ! mkdir -p "$kept_dir" 2>/dev/null; then
        "$@"
        return
    fi
    kept_tmp=$(mktemp -d) || return
    if kept_give "$kept_dir/$kept_name-$kept_now" "$kept_tmp" "$kept_out" 2>/dev/null; then
        rm -rf "$kept_tmp"
        return 0
    fi
    kept_status=0
    "$@" >"$kept_tmp/printed" 2>&1 || kept_status=$?
    cat "$kept_tmp/printed"
    if [ "$kept_status" = 0 ] && [ "$kept_now" = "$(kept_key "$kept_text" "$kept_in" "$@")" ]; then
        kept_take "$kept_dir/$kept_name-$kept_now" "$kept_tmp" "$kept_out" 2>/dev/null
    fi
    rm -rf "$kept_tmp"
    return "$kept_status"
}
