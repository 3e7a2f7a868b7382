# A metric over two axes of a grid; other axes are averaged, and the note says so. A cell without a point is empty.
# Columns: x, y (places), their labels, value (NaN: none), names of the axes, metric and unit, note
data = "study_heat.csv"
stats data every ::1 using 1:2 nooutput
nx = STATS_max_x
ny = STATS_max_y
stats data every ::1 using 5 nooutput
middle = (STATS_min + STATS_max) / 2
show_values = (nx < 10 && ny < 16)
is_none(text) = (text eq "NaN")
unset grid
set border 15
set tmargin 5
set bmargin (nx > 7 ? 8 : 6)
set xrange [-0.5:nx + 0.5]
set yrange [-0.5:ny + 0.5]
set xtics noenhanced rotate by (nx > 7 ? -30 : 0)
set ytics noenhanced
set palette defined (0 "#00224E", 0.25 "#35456C", 0.5 "#7D7C78", 0.75 "#BCAF6F", 1 "#FEE838")
plot data every ::1 using 1:2:(0.5):(0.5):5:xtic(3):ytic(4) with boxxyerror fs solid noborder lc palette, \
     data every ::1 using 1:2:(show_values ? (is_none(strcol(5)) ? "none" : sprintf("%.4g", $5)) : ""):(is_none(strcol(5)) ? 0x888888 : $5 > middle ? 0x000000 : 0xFFFFFF) with labels tc rgb variable, \
     data every ::1::1 using (nx / 2.0):(-0.5):6 with labels center noenhanced offset 0,(nx > 7 ? -5 : -3) tc rgb ink, \
     data every ::1::1 using (-0.5):(ny + 0.5):7 with labels left noenhanced offset 0,1.2 tc rgb ink, \
     data every ::1::1 using (nx + 0.5):(ny + 0.5):8 with labels right noenhanced offset 0,1.2 tc rgb ink, \
     data every ::1::1 using (nx / 2.0):(ny + 0.5):9 with labels center noenhanced offset 0,2.6 tc rgb "#666666"
