# SPDX-License-Identifier: BSD-2-Clause
# Prints the C glue (struct cw_glue) of one Verilated model from its header.
#   awk -v prefix=Vname -v trace=0|1 -f glue.awk Vname.h > Vname_glue.cpp
# Ports are the VL_IN/VL_OUT lines: VL_IN8(&name,msb,lsb); VL_OUTW(&name,msb,lsb,words);

BEGIN { n = 0 }

match($0, /VL_(IN|OUT|INOUT)(8|16|64|W)?\(/) {
	split(substr($0, RSTART + RLENGTH), f, /[,)]/)
	macro = substr($0, RSTART + 3, RLENGTH - 4)
	name[n] = f[1]
	sub(/^[ &]*/, "", name[n])
	width[n] = f[2] - f[3] + 1
	input[n] = macro ~ /^IN/
	size = macro
	sub(/^[A-Z]*(IN|OUT)/, "", size)
	bytes[n] = size == "8" ? 1 : size == "16" ? 2 : size == "64" ? 8 : macro ~ /W$/ ? 4 * f[4] : 4
	n++
}

END {
	if (n == 0) {
		print "glue.awk: no ports in " FILENAME > "/dev/stderr"
		exit 1
	}
	print "// Printed by glue.awk from " prefix ".h"
	print "#include <memory>\n#include \"" prefix ".h\""
	if (trace)
		print "#include \"verilated_fst_c.h\""
	print "extern \"C\" {\n#include \"sim/device/glue.h\"\n}"
	print "namespace {\nstruct model {\n\tVerilatedContext ctx;\n\tstd::unique_ptr<" prefix "> top;"
	if (trace)
		print "\tstd::unique_ptr<VerilatedFstC> fst;"
	print "};"
	print "model *of(void *m) { return static_cast<model *>(m); }"
	print "const cw_glue_port ports[] = {"
	for (i = 0; i < n; i++)
		printf "\t{\"%s\", %d, %d, %d},\n", name[i], width[i], bytes[i], input[i]
	print "};"
	print "void *create(uint32_t seed) {\n\tauto m = new model;\n\tm->ctx.randReset(2);"
	print "\tm->ctx.randSeed((int)(seed & 0x7fffffff) + 1);\n\tm->ctx.errorLimit(0x7fffffff);"
	print "\tm->ctx.timeunit(-12);\n\tm->ctx.timeprecision(-12);"
	if (trace)
		print "\tm->ctx.traceEverOn(true);"
	# The run-time's random state is the thread's context: see pitfalls of several models.
	print "\tVerilated::threadContextp(&m->ctx);\n\tm->top.reset(new " prefix "(&m->ctx, \"TOP\"));\n\treturn m;\n}"
	print "void *port(void *v, uint32_t i) {\n\tauto &t = *of(v)->top;\n\tswitch (i) {"
	for (i = 0; i < n; i++)
		printf "\tcase %d: return &t.%s;\n", i, name[i]
	print "\t}\n\treturn nullptr;\n}"
	print "void eval(void *v) {\n\tVerilated::threadContextp(&of(v)->ctx);\n\tof(v)->top->eval();\n}"
	print "int errors(void *v) { return of(v)->ctx.errorCount(); }"
	print "int finished(void *v) { return of(v)->ctx.gotFinish(); }"
	if (trace) {
		print "void trace_open(void *v, const char *path) {\n\tauto m = of(v);"
		print "\tm->fst.reset(new VerilatedFstC);\n\tm->top->trace(m->fst.get(), 99);\n\tm->fst->open(path);\n}"
		print "void trace_dump(void *v, uint64_t t) { if (of(v)->fst) of(v)->fst->dump(t); }"
		print "void trace_flush(void *v) { if (of(v)->fst) of(v)->fst->flush(); }"
		print "void trace_close(void *v) {\n\tif (of(v)->fst)\n\t\tof(v)->fst->close();\n}"
	}
	# Freeing several models with another one's context current is a use-after-free on 5.006.
	print "void destroy(void *v) {\n\tauto m = of(v);\n\tVerilated::threadContextp(&m->ctx);\n\tm->top->final();"
	print trace ? "\tif (m->fst)\n\t\tm->fst->close();\n\tm->top.reset();\n\tm->fst.reset();" : "\tm->top.reset();"
	print "\tVerilated::threadContextp(nullptr);\n\tdelete m;\n}"
	print "}\nextern \"C\" {\nextern const cw_glue cw_glue_" prefix ";\n}"
	printf "const cw_glue cw_glue_%s = {\"%s\", ports, %d, %d, create, port, eval, errors, finished,\n", prefix, prefix, n, trace
	print "\t" (trace ? "trace_open, trace_dump, trace_flush, trace_close" : "nullptr, nullptr, nullptr, nullptr") ", destroy};"
}
