# SPDX-License-Identifier: BSD-2-Clause
# Verilator's list of what a model was made from, as prerequisites of `target`. Each file is
# also a target without a rule, so that one that is gone makes the model anew, and not an error.
{
    sub(/^[^:]*:/, "")
    sub(/:[ \t]*$/, "")
    print target ":" $0
    for (i = 1; i <= NF; i++) print $i ":"
}
