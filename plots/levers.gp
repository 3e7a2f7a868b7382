# Levers pulled one after the other: output over that with all off; in grey what each makes alone.
# Columns: kind [0 end, 1 up, 2 down], lever, from, to (over all off), gain in order, gain alone
data = "levers.csv"
stats data every ::1 using 4 nooutput
last = STATS_records - 1
high = STATS_max
stats data every ::1 using 3 nooutput
high = STATS_max > high ? STATS_max : high
set title "Levers, one after the other: output over all off"
set xrange [-0.6:last + 0.6]
set yrange [0:1.18 * high]
set xtics noenhanced rotate by -25
set style fill solid 0.85 noborder
set ylabel "over all off"
colours = "#0072B2 #009E73 #D55E00"
rgb(kind) = int("0x" . substr(word(colours, int(kind) + 1), 2, 7))
plot data every ::1 using 0:3:($0 - 0.32):($0 + 0.32):3:4:(rgb($1)):xtic(strcol(2)) with boxxyerror fs solid lc rgb variable, \
     data every ::1 using 0:($3 > $4 ? $3 : $4):(sprintf($1 == 0 ? "%.3g" : "x%.3g", $5)) with labels offset 0,0.8 tc rgb ink noenhanced, \
     data every ::1 using ($1 == 0 ? NaN : $0):($3 > $4 ? $3 : $4):(sprintf("alone x%.3g", $6)) with labels offset 0,2.0 tc rgb "#777777" font ",10" noenhanced
