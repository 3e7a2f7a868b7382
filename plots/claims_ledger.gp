# Claims: what is computed over what is published, a row each, in the order of their classes of evidence.
# Columns: claim, class (0 independent, 1 in-sample, 2 arithmetic, 3 calibrated), computed over the middle of
# what is published, P10 and P90 of its draws, the published span; all over that middle. What lies beyond
# 0.03 and 30 stands at the edge with its figure.
data = "claims_ledger.csv"
stats data every ::1 using 2 nooutput
n = STATS_records
height = 90 + 25 * n
if (GPVAL_TERM eq "svg") { set terminal svg size 1000,(height) dynamic background '#ffffff' font 'sans,14' }
if (GPVAL_TERM eq "pngcairo") { set terminal pngcairo size 1600,(int(1.6 * height)) fontscale 1.5 font 'sans,11' }
if (GPVAL_TERM eq "pdfcairo") { set terminal pdfcairo size 20cm,(0.02 * height)cm font 'sans,9' }
least = 0.03
most = 30.0
held(x) = x < least ? least : x > most ? most : x
colour(e) = e == 0 ? 0x0072B2 : e == 1 ? 0x56B4E9 : e == 2 ? 0x999999 : 0xE69F00
set title "Computed over published: P10 to P90 of the draws"
set logscale x
set xrange [least * 0.8:most * 1.25]
set yrange [n - 0.4:-0.6]
set ytics noenhanced nomirror scale 0 tc rgb ink
set xtics ("0.03" 0.03, "0.1" 0.1, "0.3" 0.3, "1" 1, "3" 3, "10" 10, "30" 30)
set xlabel "computed / middle of what is published"
set border 1
unset grid
set grid x lc rgb "#eeeeee" lw 1
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb ink lw 1 front
set style fill solid 1 noborder
set bmargin 5.5
set key outside bottom center horizontal samplen 1
plot data every ::1 using 6:0:(held($6)):(held($7) > held($6) ? held($7) : held($6) * 1.01):($0 - 0.36):($0 + 0.36):ytic(1) with boxxyerror lc rgb pale notitle, \
     data every ::1 using (held($4)):0:(held($5) - held($4)):(0):(colour($2)) with vectors nohead lw 3 lc rgb variable notitle, \
     data every ::1 using (held($3)):0:(colour($2)) with points pt 7 ps 1.4 lc rgb variable notitle, \
     data every ::1 using ($3 < least ? least : NaN):0:(sprintf("%.2g", $3)) with labels left noenhanced offset 0.8,0 tc rgb ink notitle, \
     data every ::1 using ($3 > most ? most : NaN):0:(sprintf("%.2g", $3)) with labels right noenhanced offset -0.8,0 tc rgb ink notitle, \
     NaN with points pt 7 ps 1.4 lc rgb 0x0072B2 title "independent", \
     NaN with points pt 7 ps 1.4 lc rgb 0x56B4E9 title "in-sample", \
     NaN with points pt 7 ps 1.4 lc rgb 0x999999 title "arithmetic", \
     NaN with points pt 7 ps 1.4 lc rgb 0xE69F00 title "calibrated"
