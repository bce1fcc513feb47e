# Shared by serve and test, which source it with $root and $program set and stand in $root: the set-up both need.
# POSIX sh. Everything it makes lies in .venv, node_modules and static/vendor.

venv=$root/.venv
vendor=$root/static/vendor

say() {
	printf '%s\n' "$*"
}

fail() {
	printf '%s: %s\n' "$program" "$*" >&2
	exit 1
}

# Sets $python to a Python 3.11 or newer that can make environments; $PYTHON names another one to try first.
find_python() {
	lacks_venv=
	for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
		"$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
		if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
			python=$candidate
			return
		fi
		lacks_venv=$candidate
	done
	[ -z "$lacks_venv" ] || fail "$lacks_venv lacks its venv module. On Debian and Ubuntu: apt install python3-venv"
	fail "Python 3.11 or newer is needed and was not found. Install it, or name it: PYTHON=/path/to/python3 $0"
}

# install_pins STAMP FILE...: the pins of these files into .venv, where they are not there already.
# The stamp holds a checksum of the pins and of this folder's place, which stands in the environment.
install_pins() {
	stamp=$venv/.sccafe-$1
	shift
	wanted=$({ cat requirements*.txt && printf '%s' "$root"; } | cksum)
	if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$venv/bin/python" -c '' 2>/dev/null; then
		return
	fi
	if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
		find_python
		say "Making .venv with $("$python" --version 2>&1) ..."
		"$python" -m venv --clear "$venv" || fail "The environment .venv could not be made."
	fi
	say "Installing what is needed into .venv; this takes up to a minute ..."
	pins=
	for file in "$@"; do
		pins="$pins -r $file"
	done
	# shellcheck disable=SC2086 # names of ours, without a space in them
	"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input $pins ||
		fail "The packages could not be installed. Is the network there? Start again once it is."
	# The package itself is used where it lies: nothing to build, nothing that can be out of date.
	printf '%s\n' "$root" >"$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/sccafe-checkout.pth"
	printf '#!/bin/sh\nexec "%s/bin/python" -m sccafe "$@"\n' "$venv" >"$venv/bin/sccafe"
	chmod +x "$venv/bin/sccafe"
	printf '%s' "$wanted" >"$stamp"
}

# Puts the front-end packages into static/vendor. The site works without them, so a failure is told and passed over.
front_end() {
	wanted=$(cat package.json package-lock.json | cksum)
	if [ -f "$vendor/.stamp" ] && [ "$(cat "$vendor/.stamp")" = "$wanted" ]; then
		return
	fi
	npm=npm
	if ! npm --version >/dev/null 2>&1; then
		say "There is no npm here; installing one into .venv ..."
		npm=$venv/bin/npm
		if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r requirements-node.txt
		then
			say "No npm could be installed. $without"
			return
		fi
	fi
	say "Fetching the front-end packages ..."
	# The wheel's npm finds its node beside it. What npm says is of interest only where it fails.
	if ! told=$(PATH="$PATH:$venv/bin" "$npm" ci --ignore-scripts --no-audit --no-fund --no-update-notifier \
		--loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=30000 2>&1); then
		say "$told"
		say "The front-end packages could not be fetched. $without"
		return
	fi
	mkdir -p "$vendor"
	for file in @digital-go-jp/design-tokens/dist/tokens.css htmx.org/dist/htmx.min.js; do
		if ! cp "node_modules/$file" "$vendor/.${file##*/}" || ! mv "$vendor/.${file##*/}" "$vendor/${file##*/}"; then
			say "$file is not in the front-end packages. $without"
			return
		fi
	done
	printf '%s' "$wanted" >"$vendor/.stamp"
}
without="The site works without them, more plainly; the next start tries again."
