# Every target is a word passed on to book/make.py, which also works without make:
#   python3 book/make.py test            (Windows: py book/make.py test)
PYTHON ?= python3

TARGETS := help book test test-portability lab notebooks chapter format handout pdf reset bench mutants environment clean

.PHONY: $(TARGETS)
.DEFAULT_GOAL := help

$(TARGETS):
	@$(PYTHON) book/make.py $@
