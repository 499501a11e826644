/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: context and locks.
 *
 * Stricter than the kernel: every lock knows its owner and the site that took
 * it; sleeping in atomic context, recursion, unlocking what another holds, use
 * without initialisation, returning with a lock held and irq-unsafe use are
 * failed checks at once, on every configuration.
 */
#ifndef KSHIM_LOCK_H
#define KSHIM_LOCK_H
#pragma GCC system_header

#include "kshim_atomic.h"
#include "kshim_list.h"

struct kshim_fibre;

enum kshim_lock_kind { KSHIM_SPIN = 0x4b5350, KSHIM_MUTEX = 0x4b4d55, KSHIM_RWSEM = 0x4b5257 };
struct kshim_lock {
	unsigned int magic;               /* enum kshim_lock_kind once initialised */
	int readers, writers;             /* writers: waiting; they keep new readers out */
	struct kshim_fibre *owner;
	const char *name;
	const struct kshim_site *site;    /* of the last acquisition */
	const struct kshim_site *in_irq;  /* taken in hard interrupt context here */
	const struct kshim_site *irqs_on; /* taken with interrupts on here */
	bool told_irq;
	bool nested;                      /* the next one who takes it says that its class is held already */
	const void *class;                /* where it was initialised; NULL: its name stands for that */
};
typedef struct { struct kshim_lock l; } spinlock_t;
typedef spinlock_t raw_spinlock_t;
struct mutex { struct kshim_lock l; };
struct rw_semaphore { struct kshim_lock l; };
typedef struct { struct kshim_lock l; } rwlock_t;
struct lock_class_key { int unused; };

#define KSHIM_LOCK_INIT(kind, n) { .l = { .magic = (kind), .name = n } }
#define __SPIN_LOCK_UNLOCKED(n) (spinlock_t)KSHIM_LOCK_INIT(KSHIM_SPIN, #n)
#define DEFINE_SPINLOCK(n) spinlock_t n = KSHIM_LOCK_INIT(KSHIM_SPIN, #n)
#define DEFINE_MUTEX(n) struct mutex n = KSHIM_LOCK_INIT(KSHIM_MUTEX, #n)
#define DECLARE_RWSEM(n) struct rw_semaphore n = KSHIM_LOCK_INIT(KSHIM_RWSEM, #n)

void kshim_lock_init(struct kshim_lock *l, enum kshim_lock_kind kind, const char *name, const void *class);
enum { KSHIM_IRQ = 1, KSHIM_BH = 2 };
void kshim_spin_lock(struct kshim_lock *l, unsigned int how, const struct kshim_site *site);
bool kshim_spin_trylock(struct kshim_lock *l, unsigned int how, const struct kshim_site *site);
void kshim_spin_unlock(struct kshim_lock *l, unsigned int how, const struct kshim_site *site);
unsigned long kshim_irq_save(void);
void kshim_irq_restore(unsigned long flags);
void kshim_irq_enable(void);
void kshim_mutex_lock(struct kshim_lock *l, const struct kshim_site *site);
bool kshim_mutex_trylock(struct kshim_lock *l, const struct kshim_site *site);
void kshim_mutex_unlock(struct kshim_lock *l, const struct kshim_site *site);
void kshim_read_lock(struct kshim_lock *l, const struct kshim_site *site);
bool kshim_read_trylock(struct kshim_lock *l, const struct kshim_site *site);
void kshim_read_unlock(struct kshim_lock *l, const struct kshim_site *site);
bool kshim_lock_held(const struct kshim_lock *l);
void kshim_assert_held(const struct kshim_lock *l, const struct kshim_site *site);
void kshim_lock_destroy(struct kshim_lock *l, const struct kshim_site *site);

#define spin_lock_init(p) kshim_lock_init(&(p)->l, KSHIM_SPIN, #p, KSHIM_SITE)
#define spin_lock(p) kshim_spin_lock(&(p)->l, 0, KSHIM_SITE)
#define spin_unlock(p) kshim_spin_unlock(&(p)->l, 0, KSHIM_SITE)
#define spin_lock_irq(p) kshim_spin_lock(&(p)->l, KSHIM_IRQ, KSHIM_SITE)
#define spin_unlock_irq(p) kshim_spin_unlock(&(p)->l, KSHIM_IRQ, KSHIM_SITE)
#define spin_lock_bh(p) kshim_spin_lock(&(p)->l, KSHIM_BH, KSHIM_SITE)
#define spin_unlock_bh(p) kshim_spin_unlock(&(p)->l, KSHIM_BH, KSHIM_SITE)
#define spin_lock_irqsave(p, f) do { (f) = kshim_irq_save(); spin_lock(p); } while (0)
#define spin_unlock_irqrestore(p, f) do { spin_unlock(p); kshim_irq_restore(f); } while (0)
#define spin_trylock(p) kshim_spin_trylock(&(p)->l, 0, KSHIM_SITE)
#define spin_trylock_irqsave(p, f) ({ (f) = kshim_irq_save();			\
	bool __kgot = spin_trylock(p); if (!__kgot) kshim_irq_restore(f); __kgot; })
#define spin_is_locked(p) ((p)->l.owner != NULL)
#define assert_spin_locked(p) kshim_assert_held(&(p)->l, KSHIM_SITE)
#define raw_spin_lock_init spin_lock_init
#define raw_spin_lock spin_lock
#define raw_spin_unlock spin_unlock
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define spin_lock_nested(p, s) ((p)->l.nested = (s) != 0, spin_lock(p))
#define local_irq_save(f) ((f) = kshim_irq_save())
#define local_irq_restore(f) kshim_irq_restore(f)
#define local_irq_disable() ((void)kshim_irq_save())
#define local_irq_enable() kshim_irq_enable()
bool irqs_disabled(void);
bool in_interrupt(void);
bool in_hardirq(void);
bool in_task(void);
bool in_atomic(void);
#define in_irq() in_hardirq()
void preempt_disable(void);
void preempt_enable(void);
void local_bh_disable(void);
void local_bh_enable(void);
#define rcu_read_lock() preempt_disable()
#define rcu_read_unlock() preempt_enable()

#define mutex_init(p) kshim_lock_init(&(p)->l, KSHIM_MUTEX, #p, KSHIM_SITE)
#define mutex_destroy(p) kshim_lock_destroy(&(p)->l, KSHIM_SITE)
#define mutex_lock(p) kshim_mutex_lock(&(p)->l, KSHIM_SITE)
#define mutex_lock_nested(p, s) ((p)->l.nested = (s) != 0, mutex_lock(p))
#define mutex_lock_interruptible(p) ({ mutex_lock(p); 0; })
#define mutex_lock_killable(p) ({ mutex_lock(p); 0; })
#define mutex_trylock(p) kshim_mutex_trylock(&(p)->l, KSHIM_SITE)
#define mutex_unlock(p) kshim_mutex_unlock(&(p)->l, KSHIM_SITE)
#define mutex_is_locked(p) ((p)->l.owner != NULL)
#define init_rwsem(p) kshim_lock_init(&(p)->l, KSHIM_RWSEM, #p, KSHIM_SITE)
#define down_write(p) kshim_mutex_lock(&(p)->l, KSHIM_SITE)
#define down_write_killable(p) ({ down_write(p); 0; })
#define down_write_trylock(p) kshim_mutex_trylock(&(p)->l, KSHIM_SITE)
#define up_write(p) kshim_mutex_unlock(&(p)->l, KSHIM_SITE)
#define down_read(p) kshim_read_lock(&(p)->l, KSHIM_SITE)
#define down_read_killable(p) ({ down_read(p); 0; })
#define down_read_interruptible(p) ({ down_read(p); 0; })
#define down_read_trylock(p) (int)kshim_read_trylock(&(p)->l, KSHIM_SITE)
#define up_read(p) kshim_read_unlock(&(p)->l, KSHIM_SITE)
#define lockdep_assert_held(p) kshim_assert_held(&(p)->l, KSHIM_SITE)
#define lockdep_assert_held_write(p) kshim_assert_held(&(p)->l, KSHIM_SITE)
#define lockdep_is_held(p) kshim_lock_held(&(p)->l)
#define lockdep_set_class(l, k) ((void)(k))

/* cleanup.h: the guards drivers use. */
#define __cleanup(f) __attribute__((cleanup(f)))
#define __free(name) __cleanup(kshim_free_##name)
#define KSHIM_GUARD(name, type, lockexp, unlockexp)				\
static inline type *kshim_guard_##name(type *_T) { lockexp; return _T; }	\
static inline void kshim_unguard_##name(type **_P) { type *_T = *_P; if (_T) { unlockexp; } }
KSHIM_GUARD(mutex, struct mutex, mutex_lock(_T), mutex_unlock(_T))
KSHIM_GUARD(spinlock, spinlock_t, spin_lock(_T), spin_unlock(_T))
KSHIM_GUARD(spinlock_irq, spinlock_t, spin_lock_irq(_T), spin_unlock_irq(_T))
KSHIM_GUARD(spinlock_bh, spinlock_t, spin_lock_bh(_T), spin_unlock_bh(_T))
#define kshim_cat2(a, b) a##b
#define kshim_cat(a, b) kshim_cat2(a, b)
#define guard(name) __typeof__(kshim_guard_##name(NULL)) kshim_cat(__guard_, __LINE__)	\
	__cleanup(kshim_unguard_##name) __maybe_unused = kshim_guard_##name
#define scoped_guard(name, p)							\
	for (__typeof__(kshim_guard_##name(NULL)) __kg __cleanup(kshim_unguard_##name) = kshim_guard_##name(p), \
	     __kdone = NULL; !__kdone; __kdone = __kg)

/* The sleep check; `what` is the call that may sleep. */
void kshim_might_sleep(const char *what, const struct kshim_site *site);
#define might_sleep() kshim_might_sleep("might_sleep", KSHIM_SITE)
#define might_sleep_if(c) do { if (c) might_sleep(); } while (0)
#define cant_sleep() ((void)0)
#define cond_resched() ({ kshim_might_sleep("cond_resched", KSHIM_SITE); cpu_relax(); 0; })

#endif
