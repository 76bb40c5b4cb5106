# Instructions of our own objects in a profile of callgrind: awk -f callgrind.awk FILE. Ours are the program and its
# model plugins, by their paths; libraries choose kernels by the processor, and are left out.
#
# The format stands in the manual of valgrind, "Callgrind Format Specification". A line of cost is a position (plain
# or relative to the last: +3, -3, *) and a number; the one after calls= is what the called function took in all,
# which is counted there. Names are given once, "(7) name", and later by their number.

function named(text,   number) {
  number = text
  sub(/\).*/, ")", number)
  if (text ~ /\) ./) {
    sub(/^[^)]*\) /, "", text)
    name[number] = text
  }
  return number
}

/^ob=/ { object = named(substr($0, 4)); next }
/^cob=/ { named(substr($0, 5)); next }
/^calls=/ { getline; next }
/^(0x|[0-9]|[+*-])/ { cost[object] += $2 }

END {
  for (object in cost)
    if (name[object] ~ /(^|\/)grapevine$|\/models\/(\.libs\/)?[^\/]*\.so$/)
      ours += cost[object]
  printf "%.0f\n", ours
}
