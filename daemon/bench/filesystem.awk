# Turns lines of round, operation, clients, variant, operations a second and clock ticks used by the daemon into the tables of filesystem.sh: medians over the
# rounds, and medians of the ratios within each round, which hold still where the machine does not.

{
  rate[$1, $2, $3, $4] = $5
  ticks[$2, $3, $4] += $6
  done[$2, $3, $4] += $5 * millis / 1000
}

function median(values, count,    i, j, value) {
  for (i = 2; i <= count; i++) {
    value = values[i]
    for (j = i - 1; j >= 1 && values[j] > value; j--) values[j + 1] = values[j]
    values[j + 1] = value
  }
  return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

# The median of how long an operation takes, in microseconds.
function micros(operation, clients, variant,    round, values) {
  for (round = 1; round <= rounds; round++) values[round] = 1e6 / rate[round, operation, clients, variant]
  return median(values, rounds)
}

function per_second(operation, clients, variant,    round, values) {
  for (round = 1; round <= rounds; round++) values[round] = rate[round, operation, clients, variant]
  return median(values, rounds)
}

# How many times as long as in the other variant an operation takes.
function ratio(operation, clients, variant, other,    round, values) {
  for (round = 1; round <= rounds; round++) {
    values[round] = rate[round, operation, clients, other] / rate[round, operation, clients, variant]
  }
  return median(values, rounds)
}

function figure(value) {
  return value < 10 ? sprintf("%.1f", value) : value < 1000 ? sprintf("%.0f", value) : sprintf("%d", value + 0.5)
}

function table(clients, unit,    o, v) {
  print clients " client" (clients > 1 ? "s" : "") ", " unit
  print ""
  printf "| operation |"
  for (v = 1; v <= variant_count; v++) printf " %s |", variant[v]
  print " vexfs / bare | vexfs / bindfs | vexfs-0 / bindfs-0 |"
  printf "|---|"
  for (v = 1; v <= variant_count; v++) printf "---|"
  print "---|---|---|"
  for (o = 1; o <= operation_count; o++) {
    printf "| %s |", operation[o]
    for (v = 1; v <= variant_count; v++) {
      printf " %s |", figure(clients == 1 ? micros(operation[o], 1, variant[v]) : per_second(operation[o], clients, variant[v]))
    }
    printf " %.2f | %.2f | %.2f |\n", ratio(operation[o], clients, "vexfs", "bare"), \
      ratio(operation[o], clients, "vexfs", "bindfs"), ratio(operation[o], clients, "vexfs-0", "bindfs-0")
  }
  print ""
}

# Processor time is what the machine's other work disturbs least.
function processor_table(clients,    o, v) {
  print clients " client" (clients > 1 ? "s" : "") ", processor time of the daemon, microseconds an operation"
  print ""
  printf "| operation |"
  for (v = 2; v <= variant_count; v++) printf " %s |", variant[v]
  print ""
  printf "|---|"
  for (v = 2; v <= variant_count; v++) printf "---|"
  print ""
  for (o = 1; o <= operation_count; o++) {
    printf "| %s |", operation[o]
    for (v = 2; v <= variant_count; v++) {
      printf " %s |", figure(ticks[operation[o], clients, variant[v]] * 1e6 / ticks_per_second / done[operation[o], clients, variant[v]])
    }
    print ""
  }
  print ""
}

END {
  variant_count = split(variants, variant, " ")
  operation_count = split(operations, operation, " ")
  table(1, "microseconds an operation; ratios of time")
  table(4, "operations a second, all clients together; ratios of time")
  processor_table(1)
  processor_table(4)
}
