# A metric along one axis, one line a value of another; other axes are averaged.
# Blocks of columns: x, value (headed by the line's label), name of x, name of the series, note, metric and unit
data = "study_response.csv"
stats data index 0 every ::1::1 using (note = strcol(5), 0) nooutput
set key outside right top noenhanced
set tmargin (note eq "" ? 4 : 6)
if (note ne "") { set title note noenhanced font ",".(strlen(note) > 150 ? 9 : 12) offset 0,1.4 }
set bmargin 5
stats data skip 1 using 1:2 nooutput
n = STATS_blocks
xlow = STATS_min_x
xhigh = STATS_max_x
ylow = STATS_min_y
yhigh = STATS_max_y
pad = yhigh > ylow ? 0.06 * (yhigh - ylow) : 1
set yrange [ylow - pad:yhigh + pad]
set xrange [xlow:xhigh]
array colours[8] = [0x0072B2, 0xD55E00, 0x009E73, 0xE69F00, 0x56B4E9, 0xCC79A7, 0x999999, 0x333333]
plot for [i = 0:n - 1] data index i using 1:2 with linespoints lw 3 pt 7 ps 0.7 lc rgb colours[1 + i % 8] title columnheader(2), \
     data index 0 every ::1::1 using ((xlow + xhigh) / 2):(ylow - pad):3 with labels center noenhanced offset 0,-2.6 tc rgb ink notitle, \
     data index 0 every ::1::1 using (xlow):(yhigh + pad):6 with labels left noenhanced offset -4,1.2 tc rgb ink notitle, \
     data index 0 every ::1::1 using (xhigh):(yhigh + pad):4 with labels right noenhanced offset 0,1.2 tc rgb ink notitle
