#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/private-apt.sh [-k REGEX] SUITE PACKAGE...   unpack packages of a Debian release, print the folder
#
# For what this machine's own release does not have. Nothing is installed and no root is needed: the
# packages, checked by apt as always, are unpacked into ${XDG_CACHE_HOME:-~/.cache}/causeway, into
# a folder named after their versions. SUITE is a release or its backports; the mirror is that of
# the machine's own apt sources. A PACKAGE written /REGEX/ is the newest of those whose whole name
# matches; its version is the one in its name. Of the packages that they depend on, -k keeps those
# whose names match ('.': all). The folder's PACKAGES lists what is in it.
#
# The mirror is asked once a day. When it cannot be, what is in the cache is used, and said so.
# APT_SOURCES=DIR stands in for /etc/apt as the place of the sources.
set -euo pipefail

keep=
if [ "${1:-}" = -k ]; then
    keep=${2:-}
    shift 2
fi
if [ $# -lt 2 ]; then
    sed -n '3p' "$0" | sed 's/^# //' >&2
    exit 2
fi
suite=$1
shift
wanted=("$@")
release=${suite%-backports}

die() { echo "private-apt: $*" >&2; exit 1; }

cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/causeway
root=$cache/apt-$suite
asked=$cache/asked/$suite-$(echo "$keep ${wanted[*]}" | sha256sum | cut -c 1-12)
mkdir -p "$cache/asked" "$root" 2>/dev/null || die "cannot write to $cache: set XDG_CACHE_HOME or HOME"

# cached: the folder of the last answer, if it is there
cached() {
    local folder
    folder=$cache/$(cat "$asked" 2>/dev/null || echo none)
    [ -f "$folder/PACKAGES" ] && echo "$folder"
}
fresh() { [ -n "$(find "$1" -mmin -1440 2>/dev/null)" ]; }

if fresh "$asked" && cached; then exit; fi
exec 9>"$cache/lock"
flock 9
if fresh "$asked" && cached; then exit; fi # somebody else just got it

log=$(mktemp)
trap 'rm -rf "$log" "${part:-}"' EXIT
# Not to be had: the last answer, or an end.
fall_back() {
    if cached; then
        echo "private-apt: $1; using what is cached" >&2
        touch -d "23 hours ago" "$asked" # not before an hour has gone
        exit 0
    fi
    tail -n 5 "$log" >&2
    die "$1, and nothing is cached for: $suite ${wanted[*]}"
}

# "URI SUITE KEYRING" of each of the machine's sources, in both formats; keyring - where none is named.
machine_sources() {
    local etc=${APT_SOURCES:-/etc/apt}
    { cat "$etc"/sources.list "$etc"/sources.list.d/*.list 2>/dev/null || :; } | awk '
        $1 == "deb" {
            key = "-"
            at = 2
            if ($2 ~ /^\[/) {
                for (; at <= NF; at++) {
                    if (match($at, /signed-by=[^] ]+/)) key = substr($at, RSTART + 10, RLENGTH - 10)
                    if ($at ~ /\]$/) break
                }
                at++
            }
            print $at, $(at + 1), key
        }'
    { cat "$etc"/sources.list.d/*.sources 2>/dev/null || :; } | awk '
        function flush(   u, s, i, j, n, m) {
            n = split(value["uris"], u, " ")
            m = split(value["suites"], s, " ")
            key = value["signed-by"] ~ /^ *\/[^ ]+ *$/ ? value["signed-by"] : "-"
            if (value["enabled"] !~ /no/ && value["types"] ~ /(^| )deb( |$)/)
                for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print u[i], s[j], key
            split("", value)
        }
        /^#/ { next }
        /^[ \t]*$/ { flush(); next }
        /^[A-Za-z-]+:/ { name = tolower($0); sub(/:.*/, "", name); sub(/^[^:]*:[ \t]*/, "") }
        { value[name] = value[name] " " $0 }
        END { flush() }'
}

# of_suite SUITE: "URI KEYRING" where the machine has this suite from
of_suite() { machine_sources | awk -v s="$1" '$2 == s || $2 == s "/" { print $1, $3; exit }'; }

own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
read -r mirror key < <(of_suite "$own") || fall_back "no source of $own in this machine's apt sources"
read -r security security_key < <(of_suite "$own-security") || security=
# source URI KEYRING SUITE...: lines for the sources list
source_lines() {
    local uri=$1 option='' s
    [ "$2" = - ] || option="[signed-by=$2] "
    shift 2
    for s in "$@"; do echo "deb $option$uri $s main"; done
}
suites=("$release" "$release-updates")
[ "$suite" = "$release" ] || suites+=("$suite")
{
    source_lines "$mirror" "$key" "${suites[@]}"
    [ -z "$security" ] || source_lines "$security" "$security_key" "$release-security"
} >"$root/sources.list"
mkdir -p "$root"/{state/lists/partial,cache/archives/partial,empty}
: >"$root/status"
cat >"$root/apt.conf" <<END
#clear APT::Update;
#clear DPkg;
#clear APT::Default-Release;
Dir::State "$root/state";
Dir::State::status "$root/status";
Dir::Cache "$root/cache";
Dir::Etc::sourcelist "$root/sources.list";
Dir::Etc::sourceparts "$root/empty";
Dir::Etc::preferences "$root/empty/none";
Dir::Etc::preferencesparts "$root/empty";
APT::Sandbox::User "$(id -un)";
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
END
target=()
[ "$suite" = "$release" ] || target=(-t "$suite")
get() { apt-get -q -c "$root/apt.conf" "${target[@]}" "$@"; }

if ! fresh "$root/updated"; then
    # Without a target: the release is not known before.
    apt-get -q -c "$root/apt.conf" update >"$log" 2>&1 || fall_back "the mirror does not give the lists of $suite"
    : >"$root/updated"
fi

# /REGEX/ to the newest name
for i in "${!wanted[@]}"; do
    [[ ${wanted[i]} == /*/ ]] || continue
    pattern=${wanted[i]#/}
    name=$(apt-cache -c "$root/apt.conf" pkgnames 2>"$log" | grep -xE "${pattern%/}" | sort -V | tail -n 1) ||
        fall_back "$suite has no package ${wanted[i]}"
    wanted[i]=$name
done

# The files' names: name_version_architecture.deb
get install --print-uris "${wanted[@]}" >"$log" 2>&1 || fall_back "$suite cannot give ${wanted[*]}"
files=$(awk -v keep="$keep" -v wanted=" ${wanted[*]} " '
    /^\x27/ {
        name = $2
        sub(/_.*/, "", name)
        if (index(wanted, " " name " ") || (keep != "" && name ~ keep)) print $2
    }' "$log" | sort)
[ -n "$files" ] || fall_back "$suite cannot give ${wanted[*]}"
name=$suite-${wanted[0]}-$(echo "$files" | sha256sum | cut -c 1-12)

if [ ! -f "$cache/$name/PACKAGES" ]; then
    part=$cache/$name.part
    rm -rf "$part" "${cache:?}/$name"
    mkdir -p "$part/deb"
    mapfile -t versions < <(sed 's/\.deb$//; s/%3a/:/; s/^\([^_]*\)_\([^_]*\)_\([^_]*\)$/\1=\2/' <<<"$files")
    (cd "$part/deb" && get download "${versions[@]}") >"$log" 2>&1 || fall_back "the mirror does not give the packages of $suite"
    for f in "$part"/deb/*.deb; do
        dpkg-deb -x "$f" "$part" >"$log" 2>&1 || fall_back "$(basename "$f") cannot be unpacked"
    done
    rm -rf "$part/deb"
    echo "$files" >"$part/PACKAGES"
    mv "$part" "$cache/$name"
fi
echo "$name" >"$asked"
cached
