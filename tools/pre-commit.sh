#!/usr/bin/env bash
# Checks what is about to be committed: format and lint of the staged files, and the unit tests related to them. `npm run hooks` installs it.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

mapfile -d '' staged < <(git diff --cached --name-only --diff-filter=ACMR -z)
[ "${#staged[@]}" -gt 0 ] || exit 0
npx --no-install prettier --check --ignore-unknown --log-level warn "${staged[@]}"

mapfile -t code < <(printf '%s\n' "${staged[@]}" | grep -E '\.([cm]?js|tsx?)$' || true)
[ "${#code[@]}" -gt 0 ] || exit 0
npx --no-install oxlint --deny-warnings --no-error-on-unmatched-pattern "${code[@]}"
npx --no-install jest --findRelatedTests --passWithNoTests --testPathIgnorePatterns '<rootDir>/test/' -- "${code[@]}"
