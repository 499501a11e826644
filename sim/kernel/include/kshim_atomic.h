/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: single accesses, barriers, atomics, bit operations, kref.
 *
 * One thread runs everything, so the barriers are compiler barriers; those that
 * order accesses to coherent memory mean something to the card's side of it (coherent.c). A
 * READ_ONCE() is a scheduling point (stricter: a loop around it is seen by
 * the live-lock detector even without cpu_relax()).
 */
#ifndef KSHIM_ATOMIC_H
#define KSHIM_ATOMIC_H
#pragma GCC system_header

#include "kshim_types.h"

/* Counts accesses; every 64th is a point in the schedule. */
void kshim_touch(void);
void cpu_relax(void);
void kshim_wmb(void);
void kshim_rmb(void);
/* A touch, and a look at what is loaded: words of coherent memory must be loaded in an order. */
void kshim_load(const volatile void *p);

#define barrier() __asm__ __volatile__("" : : : "memory")
#define READ_ONCE(x) ({ kshim_load((const volatile void *)&(x)); *(const volatile __typeof__(x) *)&(x); })
#define WRITE_ONCE(x, val) do { *(volatile __typeof__(x) *)&(x) = (val); } while (0)
#define data_race(x) (x)
#define mb() (kshim_wmb(), kshim_rmb())
#define rmb() kshim_rmb()
#define wmb() kshim_wmb()
#define dma_mb() (kshim_wmb(), kshim_rmb())
#define dma_rmb() kshim_rmb()
#define dma_wmb() kshim_wmb()
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_store_release(p, v) do { barrier(); WRITE_ONCE(*(p), v); } while (0)
#define smp_load_acquire(p) ({ __typeof__(*(p)) __kv = READ_ONCE(*(p)); barrier(); __kv; })
#define smp_store_mb(var, v) do { WRITE_ONCE(var, v); barrier(); } while (0)
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define num_online_cpus() 4u
#define num_possible_cpus() 4u
#define xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define cmpxchg(p, o, n) ({ __typeof__(*(p)) __ko = (o);			\
	__atomic_compare_exchange_n(p, &__ko, (n), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); __ko; })
#define try_cmpxchg(p, op, n)							\
	__atomic_compare_exchange_n(p, op, (n), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { long counter; } atomic_long_t;
typedef struct { atomic_t refs; } refcount_t;
#define ATOMIC_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }
#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }

#define KSHIM_ATOMIC(prefix, type, atype)						\
static inline type prefix##_read(const atype *v)					\
{ kshim_touch(); return *(const volatile type *)&v->counter; }				\
static inline void prefix##_set(atype *v, type i) { *(volatile type *)&v->counter = i; }	\
static inline type prefix##_read_acquire(const atype *v) { return prefix##_read(v); }	\
static inline void prefix##_set_release(atype *v, type i) { prefix##_set(v, i); }	\
static inline void prefix##_add(type i, atype *v) { v->counter += i; }			\
static inline void prefix##_sub(type i, atype *v) { v->counter -= i; }			\
static inline void prefix##_inc(atype *v) { v->counter++; }				\
static inline void prefix##_dec(atype *v) { v->counter--; }				\
static inline void prefix##_or(type i, atype *v) { v->counter |= i; }			\
static inline void prefix##_and(type i, atype *v) { v->counter &= i; }			\
static inline type prefix##_add_return(type i, atype *v) { return v->counter += i; }	\
static inline type prefix##_sub_return(type i, atype *v) { return v->counter -= i; }	\
static inline type prefix##_inc_return(atype *v) { return ++v->counter; }		\
static inline type prefix##_dec_return(atype *v) { return --v->counter; }		\
static inline type prefix##_fetch_add(type i, atype *v) { type o = v->counter; v->counter += i; return o; } \
static inline type prefix##_fetch_sub(type i, atype *v) { type o = v->counter; v->counter -= i; return o; } \
static inline type prefix##_fetch_inc(atype *v) { return v->counter++; }		\
static inline type prefix##_fetch_or(type i, atype *v) { type o = v->counter; v->counter |= i; return o; } \
static inline type prefix##_fetch_and(type i, atype *v) { type o = v->counter; v->counter &= i; return o; } \
static inline type prefix##_fetch_andnot(type i, atype *v) { type o = v->counter; v->counter &= ~i; return o; } \
static inline bool prefix##_dec_and_test(atype *v) { return --v->counter == 0; }	\
static inline bool prefix##_inc_and_test(atype *v) { return ++v->counter == 0; }	\
static inline bool prefix##_sub_and_test(type i, atype *v) { return (v->counter -= i) == 0; } \
static inline bool prefix##_add_negative(type i, atype *v) { return (v->counter += i) < 0; } \
static inline type prefix##_xchg(atype *v, type n) { type o = v->counter; v->counter = n; return o; } \
static inline type prefix##_cmpxchg(atype *v, type old, type n)				\
{ type o = v->counter; if (o == old) v->counter = n; return o; }			\
static inline bool prefix##_try_cmpxchg(atype *v, type *old, type n)			\
{ type o = v->counter; if (o == *old) { v->counter = n; return true; } *old = o; return false; } \
static inline bool prefix##_add_unless(atype *v, type a, type u)			\
{ if (v->counter == u) return false; v->counter += a; return true; }			\
static inline bool prefix##_inc_not_zero(atype *v) { return prefix##_add_unless(v, 1, 0); } \
static inline bool prefix##_inc_unless_negative(atype *v)				\
{ if (v->counter < 0) return false; v->counter++; return true; }			\
static inline type prefix##_dec_if_positive(atype *v)					\
{ type o = v->counter - 1; if (o >= 0) v->counter = o; return o; }
KSHIM_ATOMIC(atomic, int, atomic_t)
KSHIM_ATOMIC(atomic64, s64, atomic64_t)
KSHIM_ATOMIC(atomic_long, long, atomic_long_t)

/* refcount_t: saturation and use after zero are reported (stricter: an error, not a warning). */
void kshim_refcount_bad(const char *what);
static inline void refcount_set(refcount_t *r, int n) { r->refs.counter = n; }
static inline unsigned int refcount_read(const refcount_t *r) { return (unsigned int)r->refs.counter; }
static inline bool refcount_inc_not_zero(refcount_t *r) { return atomic_inc_not_zero(&r->refs); }
static inline void refcount_inc(refcount_t *r)
{
	if (r->refs.counter <= 0)
		kshim_refcount_bad("addition on 0; use-after-free");
	r->refs.counter++;
}
static inline void refcount_add(int i, refcount_t *r)
{
	if (r->refs.counter <= 0)
		kshim_refcount_bad("addition on 0; use-after-free");
	r->refs.counter += i;
}
static inline bool refcount_sub_and_test(int i, refcount_t *r)
{
	if (r->refs.counter < i)
		kshim_refcount_bad("underflow; use-after-free");
	return (r->refs.counter -= i) == 0;
}
static inline bool refcount_dec_and_test(refcount_t *r) { return refcount_sub_and_test(1, r); }
static inline void refcount_dec(refcount_t *r)
{
	if (refcount_dec_and_test(r))
		kshim_refcount_bad("decrement hit 0; leaking memory");
}

struct kref { refcount_t refcount; };
static inline void kref_init(struct kref *k) { refcount_set(&k->refcount, 1); }
static inline unsigned int kref_read(const struct kref *k) { return refcount_read(&k->refcount); }
static inline void kref_get(struct kref *k) { refcount_inc(&k->refcount); }
static inline int kref_put(struct kref *k, void (*release)(struct kref *kref))
{
	if (!refcount_dec_and_test(&k->refcount))
		return 0;
	release(k);
	return 1;
}
static inline int kref_get_unless_zero(struct kref *k) { return refcount_inc_not_zero(&k->refcount); }

/* ---- bits ---- */
#define BITS_PER_BYTE 8
#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define BITS_PER_TYPE(t) (sizeof(t) * BITS_PER_BYTE)
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define BIT_MASK(n) (1UL << ((n) % BITS_PER_LONG))
#define BIT_WORD(n) ((n) / BITS_PER_LONG)
#define GENMASK(h, l) (((~0UL) - (1UL << (l)) + 1) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) (((~0ULL) - (1ULL << (l)) + 1) & (~0ULL >> (63 - (h))))
#define kshim_bf_shift(m) (__builtin_ffsll(m) - 1)
#define FIELD_GET(mask, reg) ((__typeof__(mask))(((reg) & (mask)) >> kshim_bf_shift(mask)))
#define FIELD_PREP(mask, val) (((__typeof__(mask))(val) << kshim_bf_shift(mask)) & (mask))
#define FIELD_MAX(mask) ((__typeof__(mask))((mask) >> kshim_bf_shift(mask)))
#define FIELD_FIT(mask, val) (!((((__typeof__(mask))(val)) << kshim_bf_shift(mask)) & ~(mask)))

static inline void __set_bit(unsigned long n, unsigned long *p) { p[BIT_WORD(n)] |= BIT_MASK(n); }
static inline void __clear_bit(unsigned long n, unsigned long *p) { p[BIT_WORD(n)] &= ~BIT_MASK(n); }
static inline void __change_bit(unsigned long n, unsigned long *p) { p[BIT_WORD(n)] ^= BIT_MASK(n); }
static inline bool test_bit(unsigned long n, const unsigned long *p)
{
	kshim_touch();
	return (*(const volatile unsigned long *)&p[BIT_WORD(n)] >> (n % BITS_PER_LONG)) & 1;
}
static inline void set_bit(unsigned long n, unsigned long *p) { __set_bit(n, p); }
static inline void clear_bit(unsigned long n, unsigned long *p) { __clear_bit(n, p); }
static inline void change_bit(unsigned long n, unsigned long *p) { __change_bit(n, p); }
static inline bool test_and_set_bit(unsigned long n, unsigned long *p)
{
	bool old = test_bit(n, p);

	__set_bit(n, p);
	return old;
}
static inline bool test_and_clear_bit(unsigned long n, unsigned long *p)
{
	bool old = test_bit(n, p);

	__clear_bit(n, p);
	return old;
}
#define test_and_set_bit_lock(n, p) test_and_set_bit(n, p)
#define clear_bit_unlock(n, p) clear_bit(n, p)
#define __test_and_set_bit(n, p) test_and_set_bit(n, p)
#define __test_and_clear_bit(n, p) test_and_clear_bit(n, p)
#define assign_bit(n, p, v) ((v) ? set_bit(n, p) : clear_bit(n, p))
#define __assign_bit(n, p, v) assign_bit(n, p, v)

unsigned long kshim_find_bit(const unsigned long *p, unsigned long size, unsigned long from, bool value);
#define find_first_bit(p, n) kshim_find_bit(p, n, 0, true)
#define find_next_bit(p, n, o) kshim_find_bit(p, n, o, true)
#define find_first_zero_bit(p, n) kshim_find_bit(p, n, 0, false)
#define find_next_zero_bit(p, n, o) kshim_find_bit(p, n, o, false)
#define for_each_set_bit(bit, p, n)						\
	for ((bit) = find_first_bit(p, n); (bit) < (n); (bit) = find_next_bit(p, n, (bit) + 1))
#define for_each_clear_bit(bit, p, n)						\
	for ((bit) = find_first_zero_bit(p, n); (bit) < (n); (bit) = find_next_zero_bit(p, n, (bit) + 1))
static inline void bitmap_zero(unsigned long *p, unsigned int n) { memset(p, 0, BITS_TO_LONGS(n) * 8); }
static inline void bitmap_fill(unsigned long *p, unsigned int n) { memset(p, 255, BITS_TO_LONGS(n) * 8); }
static inline bool bitmap_empty(const unsigned long *p, unsigned int n) { return find_first_bit(p, n) >= n; }
static inline bool bitmap_full(const unsigned long *p, unsigned int n) { return find_first_zero_bit(p, n) >= n; }
unsigned int bitmap_weight(const unsigned long *p, unsigned int n);
void bitmap_set(unsigned long *p, unsigned int start, unsigned int n);
void bitmap_clear(unsigned long *p, unsigned int start, unsigned int n);

static inline int fls(unsigned int x) { return x ? 32 - __builtin_clz(x) : 0; }
static inline int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
static inline unsigned long __ffs(unsigned long x) { return (unsigned long)__builtin_ctzl(x); }
static inline unsigned long __fls(unsigned long x) { return 63 - (unsigned long)__builtin_clzl(x); }
static inline unsigned int hweight32(u32 x) { return (unsigned int)__builtin_popcount(x); }
static inline unsigned int hweight64(u64 x) { return (unsigned int)__builtin_popcountll(x); }
static inline unsigned int hweight_long(unsigned long x) { return (unsigned int)__builtin_popcountl(x); }
static inline bool is_power_of_2(unsigned long n) { return n && !(n & (n - 1)); }
#define ilog2(n) (63 - __builtin_clzll((u64)(n)))
#define order_base_2(n) ((n) > 1 ? ilog2((n) - 1) + 1 : 0)
static inline unsigned long roundup_pow_of_two(unsigned long n) { return n > 1 ? 1UL << fls64(n - 1) : 1; }
static inline unsigned long rounddown_pow_of_two(unsigned long n) { return 1UL << (fls64(n) - 1); }
static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : fls64((size - 1) >> PAGE_SHIFT);
}

#endif
