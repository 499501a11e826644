# SPDX-License-Identifier: BSD-2-Clause
# What the driver's own lines name of the kernel, out of clang's -ast-dump of its files on the shim's headers:
#   call NAME            a function
#   value NAME           an enumerator or a variable
#   field STRUCT.NAME    a member
# and what there is to be named at all: "function NAME", "inline NAME" and "type NAME". What a macro of the
# headers names is not the driver's.

# A dump says the file only where it changes.
function follow(text,   rest) {
    rest = text
    while (match(rest, /(<scratch space>|<built-in>|<command line>|[^<>, ]+\.[ch]):[0-9]+:[0-9]+/)) {
        file = substr(rest, RSTART, RLENGTH)
        sub(/:[0-9]+:[0-9]+$/, "", file)
        rest = substr(rest, RSTART + RLENGTH)
    }
}
function ours(f) { return f ~ /(^|\/)driver\// }
# The last 'quoted' word of the line
function quoted(   n, part) {
    n = split($0, part, "\x27")
    return part[n - 1] ~ /^[A-Za-z_0-9]+$/ ? part[n - 1] : ""
}

{
    depth = match($0, /[A-Za-z<]/)
    rest = substr($0, depth)
    kind = rest
    sub(/ .*/, "", kind)
    # <begin, end> and, for a declaration, where its name is: all before the first quote
    where = rest
    sub(/\x27.*/, "", where)
    follow(where)
}
kind == "RecordDecl" {
    record[depth] = match(rest, /(struct|union) [A-Za-z_0-9]+ definition/) ? substr(rest, RSTART, RLENGTH) : ""
    sub(/^[a-z]+ /, "", record[depth])
    sub(/ definition$/, "", record[depth])
}
kind == "FieldDecl" {
    for (d = depth - 1; d > 0 && record[d] == ""; d--)
        ;
    split(rest, word, " ")
    field_record[word[2]] = record[d]
    field_file[word[2]] = file
}
kind == "FunctionDecl" || kind == "EnumConstantDecl" || (kind == "VarDecl" && depth <= 3) {
    name = where
    sub(/ *$/, "", name)
    sub(/.* /, "", name)
    sub(/Decl$/, "", kind)
    if (!((kind, name) in decl_file)) decl_file[kind, name] = file
    if (kind == "Function" && !ours(file)) print (/ static inline/ ? "inline" : "function"), name
}
kind == "TypedefDecl" && !ours(file) {
    name = where
    sub(/ *$/, "", name)
    sub(/.* /, "", name)
    print "type", name
}
kind == "MemberExpr" && ours(file) {
    n = split(rest, word, " ")
    if (word[n] in field_record && !ours(field_file[word[n]])) {
        name = word[n - 1]
        sub(/^(->|\.)/, "", name)
        print "field", field_record[word[n]] "." name
    }
}
kind == "DeclRefExpr" && ours(file) {
    if (match(rest, /(Function|EnumConstant|Var) 0x[0-9a-f]+ \x27[A-Za-z_0-9]+\x27/)) {
        split(substr(rest, RSTART, RLENGTH), word, " ")
        name = substr(word[3], 2, length(word[3]) - 2)
        if ((word[1], name) in decl_file && !ours(decl_file[word[1], name]))
            print word[1] == "Function" ? "call" : "value", name
    }
}
