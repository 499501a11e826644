/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the files of this folder say what the driver relies on. They are compiled
 * on the shim's headers and on those of each kernel; the first argument is
 * the name that is covered.
 *
 *   CALL      a function of exactly this type
 *   NOTED     the same; on the shim a macro that notes the caller, whose result and
 *             arguments have these types
 *   MACRO     a macro everywhere, of such a result and such arguments
 *   USE       a macro that is no expression: a function's body with it in it
 *   TYPE      a type that is this one
 *   VALUE     a constant of this value
 *   HOLDS     something true of a constant whose value is each kernel's own
 *   FIELD     a member of a structure, of exactly this type
 *   TAKES     a member that this type can be assigned to
 */
#ifndef CW_CHECK_H
#define CW_CHECK_H

#define SAME(a, b) __builtin_types_compatible_p(a, b)

#define CALL(name, result, parameters) \
	static result (*const check_##name) parameters __attribute__((used)) = name
#define MACRO(name, result, parameters, arguments)					\
	static result __attribute__((used)) check_##name parameters			\
	{										\
		_Static_assert(SAME(__typeof__(name arguments), result), "result of " #name);	\
		return name arguments;							\
	}										\
	_Static_assert(1, "")
#ifdef KSHIM_H
#define NOTED(name, result, parameters, arguments) MACRO(name, result, parameters, arguments)
#else
#define NOTED(name, result, parameters, arguments) CALL(name, result, parameters)
#endif
#define USE(name, parameters) static void __attribute__((used)) check_##name parameters
#define TYPE(name, type) _Static_assert(SAME(name, type), "type " #name)
#define VALUE(name, value) _Static_assert((name) == (value), "value of " #name)
#define HOLDS(name, condition) _Static_assert(condition, #name)
#define FIELD(record, field, type) \
	_Static_assert(SAME(__typeof__(((struct record *)0)->field), type), "struct " #record ": " #field)
#define TAKES(record, field, type)							\
	static void __attribute__((used)) check_##record##_##field(struct record *r, type v)	\
	{										\
		r->field = v;								\
	}										\
	_Static_assert(1, "")

#endif
