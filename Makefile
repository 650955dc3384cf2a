# berth: build, test, demo, install. `make help` lists what there is.

PREFIX  ?= /usr
DESTDIR ?=

SWIFT   ?= swift
RELEASE := .build-release
BINARY  := $(RELEASE)/release/berth

# The Swift runtime is linked statically, so that a server needs nothing but libc and libsystemd. Small code that exports no
# symbols, with a section for each function, so that the linker leaves out what is never called and keeps one of those that
# are alike, makes a program of 22 MB, of 26 otherwise; what it does is waiting for others.
RELEASE_FLAGS := --configuration release --static-swift-stdlib --scratch-path $(RELEASE) \
	-Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections -Xlinker --no-export-dynamic -Xlinker --icf=safe

unitdir     := $(PREFIX)/lib/systemd/system
sysusersdir := $(PREFIX)/lib/sysusers.d
tmpfilesdir := $(PREFIX)/lib/tmpfiles.d
catalogdir  := $(PREFIX)/lib/systemd/catalog
mandir      := $(PREFIX)/share/man
bashdir     := $(PREFIX)/share/bash-completion/completions
zshdir      := $(PREFIX)/share/zsh/vendor-completions
fishdir     := $(PREFIX)/share/fish/vendor_completions.d

# Debian's package, of what git has and what is built.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
PACKAGE := .build-deb/berth_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb

.DEFAULT_GOAL := build
.PHONY: help build test unit lint scenarios crash soak sanitize fuzz demo compare bench build-bench man install deb package clean

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

build: ## the program, as it is installed
	@Tests/tools build
	$(SWIFT) build $(RELEASE_FLAGS) --product berth

test: ## everything: lint, unit tests, the scenarios on the test host, what berth costs, Debian's package
	@Tests/run lint unit scenarios cost package

unit: ## the unit tests alone
	@Tests/run unit

lint: ## the format and the rules of the layout
	@Tests/run lint

scenarios: ## the scenarios alone; FLAVOUR=trixie or forky for one kind of host, FILES="gate.bats …" for some of them
	@FLAVOUR='$(FLAVOUR)' FILES='$(FILES)' Tests/run scenarios

crash: ## the agent killed a hundred and thirty times, power cuts, set clocks, each fault of a registry and of the Engine (two hours)
	@Tests/tools host
	@$(MAKE) --no-print-directory build
	@WHOLE=1 KILLS=100 LIMIT=2h Tests/scenarios crash.bats power.bats clock.bats faults.bats engine.bats hangs.bats

soak: ## a thousand drops in a row on twenty apps, good and bad ones: nothing is lost, nothing grows (half an hour); SEED=7
	@Tests/tools host
	@$(MAKE) --no-print-directory build
	@WHOLE=1 LIMIT=2h Tests/scenarios soak.bats

sanitize: ## the tests of child processes and files under the address and the thread sanitizer (a quarter of an hour)
	@Tests/sanitize

fuzz: ## what berth reads of others, on inputs that libFuzzer makes; SECONDS=60 for each target, TARGETS="drop record" for some
	@TIME='$(or $(SECONDS),60)' TARGETS='$(TARGETS)' Tests/fuzz

demo: ## the main job, shown on a throwaway host with real parts; BERTH_HOST_KEEP=1 keeps the host
	@Tests/tools host
	@$(MAKE) --no-print-directory build
	@Tests/host/demo

compare: ## docs/comparison.md anew: berth and what is used in its place, when something goes wrong (about half an hour)
	@Tests/tools host
	@$(MAKE) --no-print-directory build
	@Tests/compare/compare

bench: ## docs/performance.md anew: what berth costs beside the commands it replaces; ROWS="deploy start" for some rows
	@Tests/tools host
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory build-bench
	@Benchmarks/bench

build-bench:
	$(SWIFT) build $(RELEASE_FLAGS) --product prune-plan-time

man: ## the pages of the manual, as the code and the documents say them now
	@Tests/tools unit
	BERTH_WRITE_MANUAL=1 $(SWIFT) test --disable-xctest --filter ManualTests

install: ## the program, its unit and its settings; honours DESTDIR and PREFIX
	@test -x $(BINARY) || { echo "make install: nothing is built; run make build first" >&2; exit 1; }
	install -D -m 0755 -s $(BINARY) $(DESTDIR)$(PREFIX)/bin/berth
	sed 's|^ExecStart=/usr/|ExecStart=$(PREFIX)/|' systemd/berth.service | \
		install -D -m 0644 /dev/stdin $(DESTDIR)$(unitdir)/berth.service
	install -D -m 0644 systemd/berth.sysusers $(DESTDIR)$(sysusersdir)/berth.conf
	install -D -m 0644 systemd/berth.tmpfiles $(DESTDIR)$(tmpfilesdir)/berth.conf
	install -D -m 0644 systemd/berth.catalog $(DESTDIR)$(catalogdir)/berth.catalog
	test -e $(DESTDIR)/etc/berth/berth.toml || install -D -m 0644 etc/berth.toml $(DESTDIR)/etc/berth/berth.toml
	install -d -m 0755 $(DESTDIR)/etc/berth/conf.d
	@for page in man/*; do \
		install -D -m 0644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit; \
	done
	$(BINARY) --generate-completion-script bash | sed '1{/^#!/d}' | install -D -m 0644 /dev/stdin $(DESTDIR)$(bashdir)/berth
	$(BINARY) --generate-completion-script zsh | install -D -m 0644 /dev/stdin $(DESTDIR)$(zshdir)/_berth
	$(BINARY) --generate-completion-script fish | install -D -m 0644 /dev/stdin $(DESTDIR)$(fishdir)/berth.fish

deb: build ## Debian's package, in .build-deb
	@$(MAKE) --no-print-directory package

# Of the program as it is; prints where the package is.
package:
	@Tests/tools package
	@$(MAKE) --no-print-directory $(PACKAGE) >&2
	@echo $(PACKAGE)

# A copy of what git has, so that the package's build leaves nothing here.
$(PACKAGE): $(BINARY) $(shell git ls-files 2>/dev/null)
	@rm -rf $(@D)
	@mkdir -p $(@D)/berth
	@git ls-files -z >$(@D)/files
	@xargs --null --arg-file=$(@D)/files cp --parents --target-directory=$(@D)/berth
	@cd $(@D)/berth && BERTH_BINARY=$(abspath $(BINARY)) dpkg-buildpackage --no-sign >../log 2>&1 || { tail -n 30 ../log >&2; exit 1; }

clean: ## what was built, and every throwaway host
	rm -rf .build .build-tools .build-fuzz $(RELEASE) .build-deb
	@for host in $(wildcard .build-host/run/*); do \
		BERTH_HOST_DIR=.build-host BERTH_HOST_NAME=$${host##*/} Tests/host/host end || exit; \
	done
	rm -rf --one-file-system .build-host
