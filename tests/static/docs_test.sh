#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The documentation against the tree: links, paths, pictures, make targets, the index, and the
# shim's checks, each of which has a row in docs/kernel-shim.md.
set -u
cd "$(dirname "$0")/../.." || exit
. tests/tap.sh

mapfile -t pages < <(git ls-files --cached --others --exclude-standard '*.md')
pictures=(docs/*.svg)

# All [text](target) of a page, code blocks and `code` left out.
links_of() { sed -E '/^    /d; s/`[^`]*`//g' "$1" | grep -oE '\]\([^)[:space:]]+\)' | sed 's/^](//; s/)$//'; }
# A heading as it is linked to: lower case, without marks, spaces as dashes.
anchors_of() { sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'; }

relative_links_lead_somewhere() {
    local page link file anchor bad=0 n=0
    for page in "${pages[@]}"; do
        while read -r link; do
            case $link in *://* | mailto:*) continue ;; esac
            n=$((n + 1))
            file=${link%%#*} anchor=${link#"${link%%#*}"}
            file=$(dirname "$page")/${file:-$(basename "$page")}
            if [ ! -e "$file" ]; then
                echo "$page: $link leads nowhere"
                bad=1
            elif [ -n "$anchor" ] && ! anchors_of "$file" | grep -qx -- "${anchor#\#}"; then
                echo "$page: $link: no such heading"
                bad=1
            fi
        done < <(links_of "$page")
    done
    [ "$n" -ge 20 ] && [ "$bad" = 0 ]
}

# What stands in backticks and begins with a folder of the tree exists; <name> and * stand for anything.
paths_in_backticks_exist() {
    local page path tops bad=0 n=0
    tops=$(git ls-files | sed -n 's,/.*,,p' | sort -u | paste -sd '|')
    for page in "${pages[@]}"; do
        while read -r path; do
            n=$((n + 1))
            case $path in
            *'<vendor>'*) ;; # files of boards, to come
            *) compgen -G "$(sed 's/<[a-z]*>/*/g' <<<"$path")" >/dev/null || { echo "$page: no $path"; bad=1; } ;;
            esac
        done < <(grep -oE '`[^` ]+`' "$page" | tr -d '`' | grep -E "^($tops)/")
    done
    [ "$n" -ge 50 ] && [ "$bad" = 0 ]
}

make_targets_exist() {
    local page target bad=0 n=0
    for page in "${pages[@]}"; do
        while read -r target; do
            n=$((n + 1))
            grep -qE "^([a-z-]+ )*$target( [a-z-]+)*:" Makefile ./*/build.mk ./*/*/build.mk ||
                { echo "$page: no make $target"; bad=1; }
        done < <(grep -oE '(^ +|`|&& )make [a-z]+[a-z-]*( |`|$)' "$page" | sed -E 's/.*make //; s/[ `]*$//')
    done
    [ "$n" -ge 10 ] && [ "$bad" = 0 ]
}

pictures_render() {
    local picture bad=0
    for picture in "${pictures[@]}"; do
        rsvg-convert -w 400 "$picture" >"$tap_log.png" && [ -s "$tap_log.png" ] || { echo "$picture"; bad=1; }
    done
    rm -f "$tap_log.png"
    return "$bad"
}

pictures_are_shown_and_pages_are_in_the_index() {
    local file bad=0
    for file in "${pictures[@]}"; do
        grep -qF "$(basename "$file"))" README.md docs/*.md || { echo "$file is on no page"; bad=1; }
    done
    for file in docs/*.md; do
        [ "$file" = docs/README.md ] || grep -qF "($(basename "$file"))" docs/README.md ||
            { echo "docs/README.md does not name $file"; bad=1; }
    done
    return "$bad"
}

shim_checks_are_documented() {
    local name bad=0 n=0
    for name in $(grep -ohE 'kshim_fail\("[^"]+"' sim/kernel/*.c | sed 's/.*("//; s/"$//' | sort -u); do
        n=$((n + 1))
        grep -q "^|.*\`$name\`.*|.*|" docs/kernel-shim.md || { echo "docs/kernel-shim.md has no row for $name"; bad=1; }
    done
    [ "$n" -ge 40 ] && [ "$bad" = 0 ]
}

check "relative_links_lead_somewhere" relative_links_lead_somewhere
check "paths_in_backticks_exist" paths_in_backticks_exist
check "make_targets_exist" make_targets_exist
check "pictures_render" pictures_render
check "pictures_are_shown_and_pages_are_in_the_index" pictures_are_shown_and_pages_are_in_the_index
check "shim_checks_are_documented" shim_checks_are_documented
tap_end
