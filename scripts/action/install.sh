#!/usr/bin/env bash
# Puts smmctl on a runner's PATH: a release, whose archive has to have the digest that the release's list
# of checksums gives, or a build of this checkout. Nothing of an archive is written but the program's bytes.
#   SMMCTL_VERSION           v1.2.3, or source
#   SMMCTL_DOWNLOAD_URL      where releases are; https, or plain http on this machine
#   SMMCTL_CHECKSUMS_SHA256  of the list of checksums, or empty
#   GITHUB_ACTION_PATH, GITHUB_PATH, RUNNER_TEMP: the runner's own
set -euo pipefail

fail() {
  echo "smmctl action: $*" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null || fail "$1 is needed on the runner"
}

# sha256 prints a file's digest.
sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1"
  else
    need shasum
    shasum -a 256 <"$1"
  fi | cut -c 1-64
}

platform() {
  local system machine
  case "$(uname -s)" in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    MINGW* | MSYS* | CYGWIN*) system=windows ;;
    *) fail "no release is made for $(uname -s): use version: source" ;;
  esac
  case "$(uname -m)" in
    x86_64 | amd64) machine=amd64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "no release is made for $(uname -m): use version: source" ;;
  esac
  echo "${system}_$machine"
}

# download brings one file whole, or fails. A redirect may not leave https.
download() {
  curl --fail --silent --show-error --location --proto "=$scheme" --proto-redir "=$scheme" \
    --connect-timeout 20 --max-time 300 --retry 2 --max-filesize 200000000 --output "$2" -- "$1" ||
    fail "$1 could not be had whole"
}

# entry prints the digest that a list of checksums has for exactly this name.
entry() {
  local found
  found=$(awk -v name="$2" 'NF == 2 && ($2 == name || $2 == "*" name) { print $1 }' "$1")
  [[ $found =~ ^[0-9a-f]{64}$ ]] || fail "the list of checksums has no one entry for $2"
  echo "$found"
}

# program writes the program's bytes, and those alone, whatever else the archive holds.
program() {
  if [[ $1 == *.zip ]]; then
    need unzip
    unzip -p "$1" smmctl.exe
  else
    tar -xzOf "$1" smmctl
  fi
}

release() {
  local name suffix base list archive
  need curl
  need tar
  name=smmctl_${version#v}_$(platform)
  suffix=.tar.gz
  [[ $name == *_windows_* ]] && suffix=.zip
  archive=$name$suffix
  list=smmctl_${version#v}_checksums.txt
  base=${SMMCTL_DOWNLOAD_URL%/}/$version
  download "$base/$list" "$work/list"
  if [[ -n ${SMMCTL_CHECKSUMS_SHA256:-} && $(sha256 "$work/list") != "$SMMCTL_CHECKSUMS_SHA256" ]]; then
    fail "$list is not the one that checksums-sha256 pins"
  fi
  local want
  want=$(entry "$work/list" "$archive")
  download "$base/$archive" "$work/$archive"
  [[ $(sha256 "$work/$archive") == "$want" ]] || fail "$archive does not have the digest that $list gives: it was damaged or replaced"
  program "$work/$archive" >"$work/smmctl" || fail "$archive has no program smmctl"
  [[ -s $work/smmctl ]] || fail "$archive has no program smmctl"
}

build() {
  command -v go >/dev/null || fail "Go is needed to build from source"
  (cd "$GITHUB_ACTION_PATH" && GOWORK=off GOFLAGS='' go build -trimpath -buildvcs=false -ldflags "-s -w" -o "$work/smmctl" ./cmd/smmctl) ||
    fail "the action's checkout does not build"
}

version=${SMMCTL_VERSION:-}
local_http='^http://(127\.0\.0\.1|localhost|\[::1\]):[0-9]+(/|$)'
https='^https://[^/?#@\]+(/|$)' # nobody's name before the host
if [[ ${SMMCTL_DOWNLOAD_URL:-} =~ $https ]]; then
  scheme=https
elif [[ ${SMMCTL_DOWNLOAD_URL:-} =~ $local_http ]]; then
  scheme=http
elif [[ $version != source ]]; then
  fail "download-url: only https, without a user's name"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ $version == source ]]; then
  build
elif [[ $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]]; then
  release
else
  fail "version: write a release, as v1.2.3, or source"
fi

chmod 755 "$work/smmctl"
says=$("$work/smmctl" version) || fail "the program does not run here"
if [[ $version != source && $says != "smmctl $version" && $says != "smmctl $version "* ]]; then
  fail "the archive of $version holds another version"
fi
to=${RUNNER_TEMP:?}/smmctl-bin
mkdir -p "$to"
case "$(uname -s)" in
  MINGW* | MSYS* | CYGWIN*) mv "$work/smmctl" "$to/smmctl.exe" ;;
  *) mv "$work/smmctl" "$to/smmctl" ;;
esac
echo "$to" >>"${GITHUB_PATH:?}"
echo "$says"
