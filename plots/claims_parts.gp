# What made the ratio of the serial old end: factors that multiply to it.
# Columns: block, factor, share of the logarithm
data = "claims_parts.csv"
stats data every ::1 using (log10($2)) nooutput
n = STATS_records
high = STATS_max
low = STATS_min < 0 ? STATS_min : 0
set title "Factors that multiply: P100, one sequence at a time, to VR200"
set lmargin 46
set yrange [n - 0.4:-0.6]
set ytics noenhanced nomirror
set xlabel "factor on output per MW, GPT-MoE 1.8T"
set xrange [10 ** (low - 0.35):10 ** (high + 0.5)]
set logscale x
set format x "10^{%L}"
set grid x lc rgb "#dddddd" lw 1
set style fill solid 0.85 noborder
unset key
rgb(f) = int(f < 1 ? 0xD55E00 : 0x0072B2)
plot data every ::1 using (1):0:(1):2:($0 - 0.35):($0 + 0.35):(rgb($2)):ytic(strcol(1)) with boxxyerror fs solid lc rgb variable, \
     data every ::1 using ($2 > 1 ? $2 : 1):0:(sprintf("%.3g", $2)) with labels left offset 0.7,0 tc rgb ink
