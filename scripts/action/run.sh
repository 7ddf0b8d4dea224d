#!/usr/bin/env bash
# Runs one of smmctl's commands for CI. What it is given are words, never a script.
#   SMMCTL_COMMAND  ci plan, or ci publish
#   SMMCTL_ARGS     more words, separated by blanks and line ends
#   SMMCTL_FOLDER   the workspace's folder
set -euo pipefail

fail() {
  echo "smmctl action: $*" >&2
  exit 1
}

case "${SMMCTL_COMMAND:-}" in
  "ci plan") words=(ci plan) ;;
  "ci publish") words=(ci publish) ;;
  *) fail "command: ci plan, ci publish, or nothing" ;;
esac
while read -r -a line; do
  words+=(${line[@]+"${line[@]}"}) # bash 3, which macOS has, takes an empty list for an unset one
done <<<"${SMMCTL_ARGS:-}"
unset CDPATH
cd -- "${SMMCTL_FOLDER:-.}" || fail "working-directory: there is no such folder"
exec smmctl "${words[@]}"
