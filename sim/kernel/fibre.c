// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fibres: stacks and the switch between them. The scheduler runs on the stack
 * of whichever thread pumps; every fibre returns to it. On x86-64 and aarch64
 * the switch saves the callee-saved registers and nothing else (swapcontext()
 * makes a system call each time); elsewhere ucontext does it.
 */
#include "internal.h"

#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define ASAN_START(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define ASAN_FINISH(fake, bottom, size) __sanitizer_finish_switch_fiber(fake, bottom, size)
#define ASAN_CLEAR(p, n) __asan_unpoison_memory_region(p, n)
#else
#define ASAN_START(save, bottom, size) ((void)0)
#define ASAN_FINISH(fake, bottom, size) ((void)0)
#define ASAN_CLEAR(p, n) ((void)0)
#endif

void kshim_fibre_main(void);

#if defined(__x86_64__)
void kshim_switch(void **save, void *to);
__asm__(".text\n.p2align 4\n.globl kshim_switch\n.hidden kshim_switch\n"
	".type kshim_switch,@function\nkshim_switch:\n"
	"pushq %rbp\npushq %rbx\npushq %r12\npushq %r13\npushq %r14\npushq %r15\n"
	"movq %rsp,(%rdi)\nmovq %rsi,%rsp\n"
	"popq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\nret\n"
	".size kshim_switch,.-kshim_switch\n");

static void fibre_prepare(struct kshim_fibre *f)
{
	void **sp = (void **)((char *)f->stack + f->stack_size - 64);

	*--sp = NULL; /* where a return address would be: the stack is aligned as at a call */
	*--sp = (void *)kshim_fibre_main;
	sp -= 6;
	memset(sp, 0, 6 * sizeof(*sp));
	f->sp = sp;
}
#elif defined(__aarch64__)
void kshim_switch(void **save, void *to);
__asm__(".text\n.p2align 4\n.globl kshim_switch\n.hidden kshim_switch\n"
	".type kshim_switch,%function\nkshim_switch:\n"
	"sub sp,sp,#160\n"
	"stp x19,x20,[sp,#0]\nstp x21,x22,[sp,#16]\nstp x23,x24,[sp,#32]\n"
	"stp x25,x26,[sp,#48]\nstp x27,x28,[sp,#64]\nstp x29,x30,[sp,#80]\n"
	"stp d8,d9,[sp,#96]\nstp d10,d11,[sp,#112]\nstp d12,d13,[sp,#128]\nstp d14,d15,[sp,#144]\n"
	"mov x9,sp\nstr x9,[x0]\nmov sp,x1\n"
	"ldp x19,x20,[sp,#0]\nldp x21,x22,[sp,#16]\nldp x23,x24,[sp,#32]\n"
	"ldp x25,x26,[sp,#48]\nldp x27,x28,[sp,#64]\nldp x29,x30,[sp,#80]\n"
	"ldp d8,d9,[sp,#96]\nldp d10,d11,[sp,#112]\nldp d12,d13,[sp,#128]\nldp d14,d15,[sp,#144]\n"
	"add sp,sp,#160\nret\n.size kshim_switch,.-kshim_switch\n");

static void fibre_prepare(struct kshim_fibre *f)
{
	void **sp = (void **)((char *)f->stack + f->stack_size - 64 - 160);

	memset(sp, 0, 160);
	sp[11] = (void *)kshim_fibre_main; /* x30 */
	f->sp = sp;
}
#else
#include <ucontext.h>

static void kshim_switch(void **save, void *to)
{
	ucontext_t here;

	*save = &here;
	swapcontext(&here, to);
}

static void fibre_prepare(struct kshim_fibre *f)
{
	ucontext_t *c = f->stack; /* the lowest bytes of the stack hold its first context */

	getcontext(c);
	c->uc_stack.ss_sp = (char *)f->stack + sizeof(*c);
	c->uc_stack.ss_size = f->stack_size - sizeof(*c);
	c->uc_link = NULL;
	makecontext(c, kshim_fibre_main, 0);
	f->sp = c;
}
#endif

int fibre_new(struct shim *s, struct kshim_fibre **out, size_t stack)
{
	struct kshim_fibre *f = calloc(1, sizeof(*f));
	char *map;

	if (!f)
		return -ENOMEM;
	map = mmap(NULL, stack + PAGE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (map == MAP_FAILED) {
		free(f);
		return -ENOMEM;
	}
	mprotect(map, PAGE_SIZE, PROT_NONE);
	f->stack = map + PAGE_SIZE;
	f->stack_size = stack;
	f->id = s->fibre_n++;
	fibre_prepare(f);
	list_add_tail(&f->all, &s->fibres);
	*out = f;
	return 0;
}

void fibre_free(struct kshim_fibre *f)
{
	ASAN_CLEAR(f->stack, f->stack_size);
	munmap((char *)f->stack - PAGE_SIZE, f->stack_size + PAGE_SIZE);
	free(f);
}

void fibre_enter(struct shim *s, struct kshim_fibre *f)
{
	s->cur = f;
	ASAN_START(&s->main_fake, f->stack, f->stack_size);
	kshim_switch(&s->main_sp, f->sp);
	ASAN_FINISH(s->main_fake, NULL, NULL);
	s->cur = NULL;
}

/* The thread below may be another one when the fibre goes on: its stack is asked for anew. */
void fibre_leave(struct shim *s)
{
	struct kshim_fibre *f = s->cur;

	ASAN_START(&f->fake, s->main_bottom, s->main_size);
	kshim_switch(&f->sp, s->main_sp);
	ASAN_FINISH(f->fake, &s->main_bottom, &s->main_size);
}

/* A fibre serves one call after another; its stack is kept. */
void kshim_fibre_main(void)
{
	struct shim *s = kshim;

	ASAN_FINISH(NULL, &s->main_bottom, &s->main_size);
	for (;;) {
		struct kshim_fibre *f = s->cur;

		f->fn(f->arg);
		kshim_check_exit(s, f, f->name);
		f->state = FIBRE_FREE;
		kshim_wake_key(f);
		fibre_leave(s);
	}
}
