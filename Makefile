# SPDX-License-Identifier: GPL-3.0-or-later
# Each target installs what it needs and does not need another one to have been run before. Several may run at once.

PREFIX ?= /usr
DESTDIR ?=
SWIFT ?= swift
JOBS ?= $(shell nproc)
SWIFTFLAGS ?= -j $(JOBS)
RELEASE := .build/release
# What `make check` builds. With STRICT=yes `make test` takes its unit tests from there and does not build them again.
STRICT ?= no
STRICT_FLAGS := --scratch-path .build-check $(SWIFTFLAGS) --explicit-target-dependency-import-check error \
    -Xswiftc -warnings-as-errors -Xcc -Wall -Xcc -Wextra -Xcc -Werror

.PHONY: all build demo test unit-test acceptance-test check coverage bench install deb clean help dependencies

all: build

help:
	@echo 'make demo      an action of several hundred citizens on the simulated network'
	@echo 'make test      unit tests, then acceptance tests against SIPp, baresip, Kamailio, SMPP servers'
	@echo 'make check     format, warnings as errors, dependencies, walls of rooms, RTP and listening under sanitizers'
	@echo 'make coverage  how much of each module the unit tests execute'
	@echo 'make bench     ratios to floors and rivals measured in the same run'
	@echo 'make install   binaries, unit, configuration, sounds below $$DESTDIR$$PREFIX'
	@echo 'make deb       a Debian package of it in .build/packages'
	@echo 'make build     release binaries in .build/release'

dependencies:
	@command -v $(SWIFT) >/dev/null || { echo 'a Swift 6 toolchain is needed: swift is not in PATH' >&2; exit 1; }
	@scripts/install-packages build run
	@scripts/build-pjproject

# With the Swift runtime in the programs: where they are installed, nothing but Debian is needed.
build: dependencies
	$(SWIFT) build -c release --static-swift-stdlib $(SWIFTFLAGS)

demo: build
	@scripts/demo $(RELEASE)

test: unit-test acceptance-test

unit-test: dependencies
	Tests/RTP/run
	Tests/Listening/run
	$(SWIFT) test $(if $(filter yes,$(STRICT)),$(STRICT_FLAGS),$(SWIFTFLAGS))

acceptance-test: build
	@scripts/install-packages test
	@scripts/test-acceptance $(RELEASE) $(PYTEST_ARGS)

check: dependencies
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift
	@scripts/check-arrows
	@scripts/check-rooms
	@SWIFT=$(SWIFT) scripts/check-dependencies
	@python3 -m unittest discover --start-directory Tests/Scripts
	@Tests/RTP/run --sanitize
	@Tests/Listening/run --sanitize
	$(SWIFT) build --build-tests $(STRICT_FLAGS)

coverage: dependencies
	@SWIFT=$(SWIFT) scripts/coverage $(SWIFTFLAGS)

bench: build
	@scripts/install-packages bench
	@Benchmarks/run $(RELEASE)

# Programs, sounds and documents follow PREFIX, in the units and the configuration too.
FOLLOW_PREFIX := sed -e 's,=/usr/\(s\?bin\)/,=$(PREFIX)/\1/,' -e 's,file:/usr/share/,file:$(PREFIX)/share/,' \
    -e 's,^\#SoundsDirectory=/usr/share,$(if $(filter /usr,$(PREFIX)),\#)SoundsDirectory=$(PREFIX)/share,'

install: build
	install -D -m 755 $(RELEASE)/burgernetd $(DESTDIR)$(PREFIX)/sbin/burgernetd
	install -D -m 755 $(RELEASE)/burgernetctl $(DESTDIR)$(PREFIX)/bin/burgernetctl
	install -D -m 755 $(RELEASE)/burgernetsim $(DESTDIR)$(PREFIX)/bin/burgernetsim
	@mkdir -p $(DESTDIR)/lib/systemd/system
	@for unit in systemd/*.service systemd/*.timer; do \
	    target="$(DESTDIR)/lib/systemd/system/$$(basename "$$unit")"; \
	    $(FOLLOW_PREFIX) "$$unit" >"$$target" && chmod 644 "$$target" || exit 1; done
	install -D -m 755 scripts/verify-ledger $(DESTDIR)$(PREFIX)/share/burgernetd/verify-ledger
	install -D -m 644 systemd/burgernetd.sysusers $(DESTDIR)/usr/lib/sysusers.d/burgernetd.conf
	install -D -m 644 systemd/burgernetd.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/burgernetd.conf
	@# What the administrator has changed stays.
	@cd etc && find . -type f | while read -r file; do \
	    target="$(DESTDIR)/etc/burgernetd/$$file"; \
	    if [ -e "$$target" ]; then echo "kept $$target"; else mkdir -p "$$(dirname "$$target")" && \
	    $(FOLLOW_PREFIX) "$$file" >"$$target" && chmod 644 "$$target" || exit 1; fi; done
	@cd Sounds && find . -name '*.wav' -o -name '*.txt' | while read -r file; do \
	    install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/burgernetd/sounds/$$file"; done
	@for file in README.md CHANGELOG.md LICENSE docs/*.md; do \
	    install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/doc/burgernetd/$$(basename "$$file")"; done
	@for file in packaging/examples/*; do \
	    install -D -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/doc/burgernetd/examples/$$(basename "$$file")" || exit 1; done
	@pages=$$(mktemp -d) && scripts/man-pages $(RELEASE) "$$pages" && for page in "$$pages"/*; do \
	    install -D -m 644 "$$page" "$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$(basename "$$page")" || exit 1; done; \
	    status=$$?; rm -rf "$$pages"; exit $$status
	install -D -m 644 packaging/completions/burgernetctl.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/burgernetctl
	install -D -m 644 packaging/completions/_burgernetctl $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_burgernetctl
	install -D -m 644 packaging/completions/burgernetctl.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/burgernetctl.fish

deb: build
	@scripts/install-packages package
	@scripts/build-deb $(RELEASE) .build/packages

clean:
	rm -rf .build .build-check .build-coverage
