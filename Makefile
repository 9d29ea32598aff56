.PHONY: test lint check build e2e bench eval fuzz

# The race detector needs a C compiler.
RACE := $(shell [ "$$(go env CGO_ENABLED)" = 1 ] && command -v $$(go env CC) >/dev/null && echo -race)

# Everything through the front door. Needs Go only.
test:
	@[ -n "$(RACE)" ] || echo "no C compiler here: testing without the race detector"
	go test $(RACE) -timeout 30m ./...

lint:
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "not gofmt-ed:"; echo "$$out"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	go mod tidy -diff

check: test lint

# One static binary, as the Dockerfile puts it into the image.
OUT ?= meetmcp
build:
	CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o $(OUT) .

# Other people's clients against the built binary. Needs Node 20 and npm.
e2e: build
	e2e/run

bench:
	go test -run '^$$' -bench . -benchmem ./...

# Scores the offline summaries on a folder of meetings of which people wrote what
# matters in them; "go run ./summarize/eval -help" says how they are kept.
MEETINGS ?= summarize/eval/testdata
eval:
	go run ./summarize/eval $(MEETINGS)

# Each fuzzer for FUZZTIME.
FUZZTIME ?= 1m
fuzz:
	@for dir in $$(grep -rl '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u); do \
		for name in $$(grep -rhoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | sed 's/^func //'); do \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$dir || exit 1; \
		done; \
	done
