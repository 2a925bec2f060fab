#!/bin/sh
# Fetches the files listed in README.md again, by package name and version, and keeps them only if every sum agrees.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE PATH-IN-PACKAGE FILE LICENCE-FILE
fetch() {
    row=$(grep -F "| \`$3\` |" README.md)
    version=$(echo "$row" | cut -d '|' -f 4 | tr -d ' ')
    sum=$(echo "$row" | cut -d '|' -f 6 | tr -d ' `')
    archive=$(cd "$work" && npm pack --silent "$1@$version")
    mkdir "$work/$3"
    tar -xzf "$work/$archive" -C "$work/$3" --strip-components 1
    echo "$sum  $work/$3/$2" | sha256sum --check --quiet
    cp "$work/$3/$2" "$3"
    cp "$work/$3/LICENSE" "$4"
    echo "$3: $1 $version"
}

fetch htmx.org dist/htmx.min.js htmx.min.js LICENSE-htmx.txt
