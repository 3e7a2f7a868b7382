# wattmill: build, test, install. `make help` lists the targets.
#
# Sources are found by folder: every .c below sim/ (but sim/cli) and models/ belongs to the library,
# every .c in sim/cli to the command, every tests/unit/test_*.c is one test program.

VERSION  := $(shell sed -n 's/.*WM_VERSION  *"\(.*\)".*/\1/p' include/wattmill/version.h)
PREFIX   ?= /usr/local
CC       ?= gcc
# what changes the objects has a folder of its own
comma    := ,
CONFIG   ?= $(if $(SAN),san-$(subst $(comma),-,$(SAN)),$(if $(DEV),dev,release))
B        := build/$(CONFIG)
PKGS     := gsl libcjson nettle sqlite3 zlib

# libraries that are opened when a command needs them: $(call soname,NAME) is what the loader knows one by
soname = $(shell objdump -p $$($(CC) -print-file-name=lib$(1).so) 2>/dev/null | sed -n 's/^ *SONAME *//p')

# spreadsheets are written when libxlsxwriter is there
ifeq ($(shell pkg-config --exists xlsxwriter 2>/dev/null && echo yes),yes)
LATE     += xlsxwriter
LIB_XLSX := $(call soname,xlsxwriter)
CPPFLAGS += -DWM_HAVE_XLSX -DWM_LIB_XLSX='"$(LIB_XLSX)"'
endif

# optimise searches when NLopt is there
ifeq ($(shell pkg-config --exists nlopt 2>/dev/null && echo yes),yes)
PKGS     += nlopt
CPPFLAGS += -DWM_HAVE_NLOPT
endif

# serve answers when libmicrohttpd is there
ifeq ($(shell pkg-config --exists libmicrohttpd 2>/dev/null && echo yes),yes)
LATE      += libmicrohttpd
LIB_HTTPD := $(call soname,microhttpd)
CPPFLAGS  += -DWM_HAVE_HTTPD -DWM_LIB_HTTPD='"$(LIB_HTTPD)"'
endif

CPPFLAGS += -Iinclude -I$(B)/gen -D_POSIX_C_SOURCE=200809L
CFLAGS   ?= -O2 -g
CSTD     := -std=c11 -ffp-contract=off -fno-common -fPIC -fvisibility=hidden -pthread
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion \
            -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Wwrite-strings \
            -Wcast-qual -Wformat=2 -Wundef -Wpointer-arith -Wnull-dereference -Wswitch-enum \
            -Wimplicit-fallthrough
ifeq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
WARN     += -Wlogical-op
endif
ifdef DEV
WARN     += -Werror
CPPFLAGS += -DWM_DEV=1
endif
ifdef SAN
CSTD     += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDFLAGS  += -fsanitize=$(SAN)
endif
Q := $(if $(V),,@)

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) $(LATE) 2>/dev/null | sed 's/-I\//-isystem \//g')
# without a pkg-config file
PLAIN_LIBS := -lcsv -lglpk -ldl
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) $(PLAIN_LIBS) -lm
TEST_LIBS  = $(shell pkg-config --libs check) -lm

CATALOG  := $(sort $(wildcard models/catalog/*.json))
EVIDENCE := $(sort $(wildcard models/evidence/*.json))
PLOTS    := $(sort $(wildcard plots/*.gp))
PAGE     := $(sort $(wildcard sim/serve/page/*))
FIGURE_JS := $(addprefix sim/serve/page/,uPlot.esm.js dom.js format.js line_chart.js heat.js stack.js flow.js charts.js report.js)
LIB_SRC  := $(sort $(wildcard sim/base/*.c sim/input/*.c sim/import/*.c sim/engine/*.c sim/workload/*.c sim/replica/*.c sim/calibrate/*.c sim/plan/*.c sim/site/*.c sim/settle/*.c sim/run/*.c sim/results/*.c sim/output/*.c sim/cases/*.c sim/analysis/*.c sim/sweep/*.c sim/serve/*.c sim/api/*.c models/*.c))
PRIVATE_H := $(sort $(wildcard sim/*/*.h))
CLI_SRC  := $(sort $(wildcard sim/cli/*.c))
TEST_SRC := $(sort $(wildcard tests/unit/test_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o) $(B)/gen/embedded.o
CLI_OBJ  := $(CLI_SRC:%.c=$(B)/%.o)
EMBED_BIN := $(B)/embed/first $(B)/embed/price_curve
TEST_BIN := $(TEST_SRC:tests/unit/%.c=$(B)/tests/%)
BENCH_BIN := $(BENCH_SRC:tests/bench/%.c=$(B)/bench/%)
LIB      := $(B)/libwattmill.a
ABI      := 0
SONAME   := libwattmill.so.$(ABI)
SHARED   := $(B)/libwattmill.so.$(VERSION)
MAN      := $(B)/wattmill.1
BIN      := build/wattmill
DEMO     := scenarios/virginia-100mw-gb300.json

.DELETE_ON_ERROR:
.PHONY: all lib demo check check-fast check-unit check-shell check-embed check-asan check-ubsan check-tsan \
        check-faults check-slurm check-all check-order check-range check-init check-page check-serve accuracy measured calibrate-ship left-out \
        check-valgrind torture check-install coverage dist distcheck plots bench fuzz fuzz-parsers lint format format-check check-headers docs docs-check golden-update calibrate install \
        uninstall clean help deps test-deps FORCE

## all: build the command build/wattmill and the library (default)
all: $(BIN) $(LIB)

## lib: build the static and the shared library
lib: $(LIB) $(SHARED)

$(SHARED): $(LIB_OBJ)
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) -o $@ $(LIB_OBJ) $(PKG_LIBS)
	$(Q)ln -sf $(notdir $@) $(B)/$(SONAME)

$(MAN): $(B)/wattmill
	$(Q)$< docs man > $@.tmp && mv $@.tmp $@

$(BIN): $(B)/wattmill FORCE
	$(Q)cmp -s $< $@ || { cp $< $@.tmp && mv $@.tmp $@; }

$(B)/wattmill: $(CLI_OBJ) $(LIB)
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(LIB) $(PKG_LIBS)

$(LIB): $(LIB_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

$(B)/%.o: %.c
	$(if $(wildcard $(@D)/.),,$(Q)mkdir -p $(@D))
	$(if $(PROGRESS),@printf '\r\033[K  compiling %s' $<)
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(WARN) $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# Catalogue, figure scripts and the page of serve are compiled in, so that the binary needs no data folder.
$(B)/gen/embedded.c: $(CATALOG) $(EVIDENCE) $(PLOTS) $(PAGE) $(B)/gen/figures.js sim/embed.sh
	$(Q)mkdir -p $(@D)
	$(Q)sh sim/embed.sh $(CATALOG) $(EVIDENCE) $(PLOTS) $(PAGE) $(B)/gen/figures.js > $@.tmp && mv $@.tmp $@

# Charts of the page as one script, for reports that hold their data.
$(B)/gen/figures.js: $(FIGURE_JS) sim/bundle.sh
	$(Q)mkdir -p $(@D)
	$(Q)sh sim/bundle.sh $(FIGURE_JS) > $@.tmp && mv $@.tmp $@

$(B)/gen/embedded.o: $(B)/gen/embedded.c
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(WARN) $(CPPFLAGS) -MMD -MP -c -o $@ $<

# stamp.o knows the git id; rebuilt when it changes.
$(B)/gen/git_id.h: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)id=$$(git describe --always --dirty 2>/dev/null || echo release); \
	 printf '#define WM_GIT_ID "%s"\n' "$$id" > $@.tmp; \
	 if cmp -s $@.tmp $@; then rm -f $@.tmp; else mv $@.tmp $@; fi
$(B)/sim/output/stamp.o: $(B)/gen/git_id.h

# What serving tables depend on beside their inputs: sources of the model, and how it is compiled.
MODEL_SRC := $(sort $(wildcard models/*.c include/wattmill/*.h sim/base/numeric*.c)) sim/plan/surface.c sim/plan/surface.h
$(B)/gen/model_id.h: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)id=$$( (cat $(MODEL_SRC); $(CC) --version; echo "$(CSTD) $(CFLAGS)") | sha256sum | cut -c1-64); \
	 printf '#define WM_MODEL_ID "%s"\n' "$$id" > $@.tmp; \
	 if cmp -s $@.tmp $@; then rm -f $@.tmp; else mv $@.tmp $@; fi
$(B)/sim/plan/table_cache.o: $(B)/gen/model_id.h

# what a test checks is in the library: its own lines compile in half the time
$(B)/tests/%: tests/unit/%.c $(LIB)
	$(if $(wildcard $(@D)/.),,$(Q)mkdir -p $(@D))
	$(Q)$(CC) $(CSTD) $(patsubst -O2,-O1,$(CFLAGS)) $(WARN) -Itests $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(TEST_LIBS) $(PKG_LIBS)

# programs that know the stable face alone, against the shared library
$(B)/embed/%: tests/embed/%.c $(SHARED)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 $(CFLAGS) -Wall -Wextra -Wpedantic -Iinclude $(LDFLAGS) -o $@ $< $(SHARED) -Wl,-rpath,$(abspath $(B))
$(B)/embed/%: tests/embed/%.cpp $(SHARED)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 $(CFLAGS) -Wall -Wextra -Wpedantic -Iinclude $(LDFLAGS) -o $@ $< $(SHARED) -Wl,-rpath,$(abspath $(B))

$(B)/bench/%: tests/bench/%.c $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(WARN) $(CPPFLAGS) -D_GNU_SOURCE $(PKG_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) $(PKG_LIBS)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(TEST_BIN:=.d) $(BENCH_BIN:=.d)

## deps: install what the build and the demo need (Debian; elsewhere prints what to install)
deps:
	$(Q)sh .ci/deps.sh build
## test-deps: install what the tests need
test-deps:
	$(Q)sh .ci/deps.sh test

## demo: install what is missing, build, run the demo; table on the terminal, figures in build/demo
demo: deps
	@echo "building $(notdir $(BIN)): about a minute the first time"
	$(Q)shown=; [ ! -t 1 ] || shown=yes; $(MAKE) --no-print-directory all PROGRESS=$$shown && { [ -z "$$shown" ] || printf '\r\033[K'; }
	@echo "running $(DEMO); figures in build/demo"
	$(Q)$(BIN) run $(DEMO) -o build/demo

## check: install what the tests need, build, run every test (under 5 minutes on 2 cores)
check: test-deps
	$(Q)$(MAKE) --no-print-directory -j2 check-fast

## check-fast: all tests, without looking at what is installed
check-fast: check-headers check-unit check-embed check-shell

check-unit: $(TEST_BIN)
	$(Q)sh tests/unit.sh $(TEST_BIN)

check-shell: $(BIN) check-unit
	$(Q)sh tests/shell.sh $(BIN)

## check-headers: every header compiles alone
check-headers:
	$(Q)for h in include/wattmill/*.h $(PRIVATE_H); do \
	  printf '#include "%s"\ntypedef int wm_not_empty;\n' "$$h" | \
	  $(CC) -std=c11 $(WARN) $(CPPFLAGS) -I. -Werror -fsyntax-only -x c - || exit 1; done; echo "headers: ok"

## check-embed: programs in C, C++ and Python that know the stable face alone; what the shared library exports
check-embed: $(EMBED_BIN) $(BIN)
	$(Q)sh tests/embed.sh $(SHARED) $(EMBED_BIN)

## check-asan: the unit and shell tests under the address sanitizer
check-asan:
	$(Q)$(MAKE) --no-print-directory CONFIG=asan SAN=address,undefined,float-cast-overflow CFLAGS="-O1 -g" check-unit check-san-shell
check-san-shell: $(B)/wattmill
	$(Q)sh tests/shell.sh $(B)/wattmill
## check-ubsan: the unit tests under the undefined-behaviour sanitizer
check-ubsan:
	$(Q)$(MAKE) --no-print-directory CONFIG=ubsan SAN=undefined,float-cast-overflow CFLAGS="-O1 -g" check-unit
## check-tsan: studies, the cache, tables and windows of requests in threads under the thread sanitizer
check-tsan:
	$(Q)$(MAKE) --no-print-directory CONFIG=tsan SAN=thread CFLAGS="-O1 -g" check-tsan-study
check-tsan-study: $(B)/tests/test_study_run $(B)/tests/test_cache $(B)/tests/test_stages $(B)/tests/test_table_cache $(B)/tests/test_requests
	$(Q)CK_FORK=no TSAN_OPTIONS=halt_on_error=1 sh tests/unit.sh $^
## check-install: install below a scratch PREFIX, build and run a program against it, uninstall
check-install: all lib $(MAN)
	$(Q)CC="$(CC)" sh tests/install.sh "$(MAKE)"
## coverage: unit and shell tests with gcov; lines reached by room and file in build/coverage/report.txt
coverage:
	$(Q)$(MAKE) --no-print-directory CONFIG=coverage CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage check-unit check-san-shell
	$(Q)sh tests/coverage.sh build/coverage
## torture: the N-th allocation, then the N-th system call of each verb fails; TORTURE_N of each kind (30; 0: all)
TORTURE_N ?= 30
torture: $(BIN)
	$(Q)python3 tests/torture.py $(BIN) --most $(TORTURE_N)
## check-faults: kill -9 a study at 20 random moments; each time it goes on to the same result
check-faults: $(BIN)
	$(Q)N_KILLS=20 BIN=$(CURDIR)/$(BIN) sh tests/cli/sweep_kill.sh
## check-slurm: a study as a Slurm job array, controller and node on this machine (root; slurm-wlm, munge)
check-slurm: $(BIN)
	$(Q)sh tests/slurm.sh $(BIN)
## check-page: the page of serve in a headless Chromium, by mouse and keyboard; PICTURES=DIR keeps what was looked at
check-page: $(BIN)
	$(Q)python3 tests/page.py $(BIN) $(PICTURES)
## check-serve: serve under 64 clients, 10,000 malformed requests, 5,000 runs
check-serve: $(BIN)
	$(Q)python3 tests/serve.py $(BIN) --clients 64 --broken 10000 --runs 5000
## check-order: narrower numbers and more memory are no slower: eight models, three shapes, two engines, every pair (1.3 min of processor)
check-order: $(BIN)
	$(Q)python3 tests/order.py $(BIN) all
## check-range: P10, P50, P90 of a run against whole runs over the same inputs; RANGE_N=10000 (10 min) RANGE_OF=scenario
RANGE_N  ?= 10000
RANGE_OF ?= scenarios/virginia-100mw-gb300.json
check-range: $(BIN)
	$(Q)python3 tests/range.py $(BIN) $(RANGE_OF) sweep $(RANGE_N)
## check-init: what init writes for all models on eight accelerators, run, against what clouds report; INIT_N=pairs (all: hours without tables kept)
INIT_N   ?=
check-init: $(BIN)
	$(Q)python3 tests/init_band.py $(BIN) $(INIT_N)
## accuracy: errors on points that were not fitted; MEASURED="FILE.csv ..."
accuracy: $(BIN) measured
	$(Q)[ ! -r $(POINTS) ] || $(BIN) accuracy --data $(POINTS) --split validate
## check-valgrind: the demo and the unit tests under valgrind
check-valgrind: $(BIN) $(TEST_BIN)
	$(Q)sh tests/valgrind.sh $(BIN) $(DEMO) $(TEST_BIN)

## check-all: what takes longer than a change should wait for: sanitizers, threads, clang, random input, install, kills
check-all: test-deps
	$(Q)$(MAKE) --no-print-directory check-fast format-check check-asan check-ubsan check-tsan check-install check-faults
	$(Q)$(MAKE) --no-print-directory CC=clang CONFIG=clang DEV=1 all
	$(Q)$(MAKE) --no-print-directory fuzz FUZZ_N=500 RELATIONS_N=200
	$(Q)if command -v slurmctld >/dev/null; then $(MAKE) --no-print-directory check-slurm; else echo "SKIP check-slurm: no Slurm here"; fi

## bench: ns and instructions per customer, per hold, per site-year; its own rival beside it
bench: $(BENCH_BIN) $(BIN)
	$(Q)for b in $(BENCH_BIN); do $$b || exit 1; done

## bench-study: CPU of studies and runs beside an older build; OLD=path of its wattmill, BENCH_POINTS=100
BENCH_POINTS ?= 100
bench-study: $(BIN)
	$(Q)[ -n "$(OLD)" ] || { echo "bench-study: give OLD=path of another build's wattmill"; exit 2; }
	$(Q)python3 tests/bench_study.py $(BIN) $(OLD) $(BENCH_POINTS)

## fuzz: FUZZ_N random scenarios, broken scenarios and study files (10,000 each), planners' relations over RELATIONS_N (2,000)
FUZZ_N      ?= 10000
FUZZ_SEED   ?= 1
RELATIONS_N ?= 2000
fuzz: $(BIN)
	$(Q)python3 tests/relations/relations.py $(BIN) $(RELATIONS_N) $(FUZZ_SEED)
	$(Q)python3 tests/fuzz/fuzz.py $(BIN) valid $(FUZZ_N) $(FUZZ_SEED)
	$(Q)python3 tests/fuzz/fuzz.py $(BIN) broken $(FUZZ_N) $(FUZZ_SEED)
	$(Q)python3 tests/fuzz/fuzz.py $(BIN) study $(FUZZ_N) $(FUZZ_SEED)

FUZZ_S ?= 60
## fuzz-parsers: every reader of files and texts under libFuzzer and sanitizers, FUZZ_S seconds each (60); READERS=... for some (clang)
fuzz-parsers: $(BIN)
	$(Q)$(MAKE) --no-print-directory CC=clang CONFIG=fuzz CFLAGS="-O1 -g" SAN=fuzzer-no-link,address,undefined,float-cast-overflow build/fuzz/parsers
	$(Q)FUZZ_S=$(FUZZ_S) sh tests/fuzz/parsers.sh build/fuzz/parsers $(READERS)
$(B)/parsers: tests/fuzz/parsers.c $(LIB)
	$(Q)$(CC) $(CSTD) -fsanitize=fuzzer $(CFLAGS) $(WARN) $(CPPFLAGS) $(PKG_CFLAGS) -MMD -MP -o $@ $< $(LIB) $(PKG_LIBS)

## docs: regenerate the pages derived from tables (schema, parameters, metrics, errors)
docs: $(BIN) $(SHARED)
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 sim/calibrate/shipped_error.py write && $(MAKE) --no-print-directory $(BIN)
	$(Q)sh tests/docs.sh $(BIN) write
	$(Q)PYTHONDONTWRITEBYTECODE=1 python3 tests/python/generate.py $(BIN) $(SHARED) write
## docs-check: fail when a generated page is out of date
docs-check: $(BIN)
	$(Q)sh tests/docs.sh $(BIN) check
## golden-update: rewrite the golden results; review the diff
golden-update: $(BIN)
	$(Q)sh tests/golden.sh $(BIN) update

# tables of measured points, one file after the other under the first one's header
MEASURED ?= ../shared/data/measured_inference.csv ../shared/data/2026q4/measured_inference_2026q4.csv ../shared/data/2026q4/measured_latency_2026q4.csv
POINTS   := build/calibration/measured.csv
FIT_DIR  := build/calibration
measured: FORCE
	$(Q)mkdir -p $(FIT_DIR); set --; for f in $(MEASURED); do [ -r $$f ] && set -- "$$@" $$f; done; \
	 if [ $$# -gt 0 ]; then awk 'NR == 1 || FNR > 1' "$$@" > $(POINTS); else rm -f $(POINTS); echo "SKIP: none of $(MEASURED)"; fi
## left-out: what the model says of each silicon by the rule for parts without rows
left-out: $(BIN) measured
	$(Q)[ ! -r $(POINTS) ] || python3 sim/calibrate/left_out.py $(BIN) $(POINTS)
## calibrate: fit the shipped parameters anew from where start.json begins; says whether the catalogue holds them; MEASURED="FILE.csv ..."
calibrate: $(BIN) measured
	$(Q)[ ! -r $(POINTS) ] || { $(BIN) calibrate --data $(POINTS) --catalog sim/calibrate/start.json --iterations 12 -o $(FIT_DIR) > $(FIT_DIR)/fit.txt && \
	 $(BIN) accuracy --data $(POINTS) --catalog $(FIT_DIR)/calibration.json --split validate -o $(FIT_DIR) && \
	 python3 sim/calibrate/ship.py check $(FIT_DIR)/calibration.json $(FIT_DIR)/fit.txt; }
## calibrate-ship: write what `make calibrate` fitted into the catalogue
calibrate-ship:
	$(Q)python3 sim/calibrate/ship.py write $(FIT_DIR)/calibration.json $(FIT_DIR)/fit.txt

## lint: clang-tidy and cppcheck
lint:
	$(Q)cppcheck --quiet --std=c11 --inline-suppr --enable=warning,performance,portability \
	  --suppress=missingIncludeSystem -Iinclude $(LIB_SRC) $(CLI_SRC)
	$(Q)clang-tidy --quiet $(LIB_SRC) $(CLI_SRC) -- -std=c11 $(CPPFLAGS) $(PKG_CFLAGS)
## format: rewrite sources with clang-format
format:
	$(Q)clang-format -i $(LIB_SRC) $(CLI_SRC) $(TEST_SRC) $(BENCH_SRC) $(PRIVATE_H) include/wattmill/*.h
## format-check: fail when clang-format would change a file
format-check:
	$(Q)clang-format --dry-run -Werror $(LIB_SRC) $(CLI_SRC) $(TEST_SRC) $(BENCH_SRC) $(PRIVATE_H) include/wattmill/*.h

## plots: draw the demo's figures into build/demo
plots: $(BIN)
	$(Q)$(BIN) run $(DEMO) --quiet -o build/demo > build/demo.txt && ls build/demo/*.png

SHARE := $(DESTDIR)$(PREFIX)/share

## install: command, libraries, headers, manual, completion, scenarios, plots below PREFIX (DESTDIR honoured)
install: all lib $(MAN)
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	  $(DESTDIR)$(PREFIX)/include/wattmill $(SHARE)/wattmill/scenarios $(SHARE)/wattmill/plots \
	  $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/wattmill/python
	$(Q)install -m 644 include/python/wattmill.py include/python/wattmill_types.py $(SHARE)/wattmill/python/
	$(Q)install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/wattmill
	$(Q)install -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/
	$(Q)install -m 755 $(SHARED) $(DESTDIR)$(PREFIX)/lib/
	$(Q)ln -sf $(notdir $(SHARED)) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	$(Q)ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libwattmill.so
	$(Q)install -m 644 include/wattmill/*.h include/wattmill/*.def $(DESTDIR)$(PREFIX)/include/wattmill/
	$(Q)install -m 644 $(MAN) $(SHARE)/man/man1/
	$(Q)$(BIN) completion bash > $(SHARE)/bash-completion/completions/wattmill
	$(Q)cp -R scenarios/. $(SHARE)/wattmill/scenarios/
	$(Q)install -m 644 $(PLOTS) $(SHARE)/wattmill/plots/
	$(Q)printf 'prefix=%s\nName: wattmill\nDescription: AI factory simulator\nVersion: %s\nRequires.private: %s\nLibs: -L$${prefix}/lib -lwattmill\nLibs.private: %s -lm -pthread\nCflags: -I$${prefix}/include\n' \
	  '$(PREFIX)' '$(VERSION)' '$(PKGS)' '$(PLAIN_LIBS)' > $(DESTDIR)$(PREFIX)/lib/pkgconfig/wattmill.pc
## uninstall: remove what install put there
uninstall:
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/bin/wattmill $(DESTDIR)$(PREFIX)/lib/libwattmill.a \
	  $(DESTDIR)$(PREFIX)/lib/libwattmill.so* $(SHARE)/man/man1/wattmill.1 \
	  $(SHARE)/bash-completion/completions/wattmill \
	  $(DESTDIR)$(PREFIX)/lib/pkgconfig/wattmill.pc $(DESTDIR)$(PREFIX)/include/wattmill \
	  $(SHARE)/wattmill
## dist: a tarball of what is committed, build/wattmill-VERSION.tar.gz
dist:
	$(Q)mkdir -p build
	$(Q)git archive --format=tar --prefix=wattmill-$(VERSION)/ HEAD | gzip -9n > build/wattmill-$(VERSION).tar.gz
	$(Q)ls -l build/wattmill-$(VERSION).tar.gz
## distcheck: unpack the tarball elsewhere, build, test, install and uninstall it
distcheck: dist
	$(Q)rm -rf build/distcheck && mkdir -p build/distcheck
	$(Q)tar -xzf build/wattmill-$(VERSION).tar.gz -C build/distcheck
	$(Q)$(MAKE) --no-print-directory -C build/distcheck/wattmill-$(VERSION) all check-fast check-install
	$(Q)rm -rf build/distcheck && echo "distcheck: ok"
## clean: remove build/
clean:
	$(Q)rm -rf build
## help: this list
help:
	$(Q)sed -n 's/^## //p' Makefile
