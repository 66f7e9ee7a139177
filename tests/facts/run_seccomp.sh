#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same facts behind the seccomp filter, which serves programs that cannot be preloaded.
exec "${srcdir:-.}/tests/facts/run.sh" --seccomp "$@"
