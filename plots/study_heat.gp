# A metric over two axes of a grid; other axes are averaged.
# Columns: x, y (places), their labels, value, names of the axes, metric and unit
data = "study_heat.csv"
stats data every ::1 using 1:2 nooutput
nx = STATS_max_x
ny = STATS_max_y
stats data every ::1 using 5 nooutput
middle = (STATS_min + STATS_max) / 2
show_values = (nx < 10 && ny < 16)
unset grid
set border 15
set tmargin 4
set bmargin (nx > 7 ? 8 : 6)
set xrange [-0.5:nx + 0.5]
set yrange [-0.5:ny + 0.5]
set xtics noenhanced rotate by (nx > 7 ? -30 : 0)
set ytics noenhanced
set palette defined (0 "#00224E", 0.25 "#35456C", 0.5 "#7D7C78", 0.75 "#BCAF6F", 1 "#FEE838")
plot data every ::1 using 1:2:5:xtic(3):ytic(4) with image, \
     data every ::1 using 1:2:(show_values ? sprintf("%.4g", $5) : ""):($5 > middle ? 0x000000 : 0xFFFFFF) with labels tc rgb variable, \
     data every ::1::1 using (nx / 2.0):(-0.5):6 with labels center noenhanced offset 0,(nx > 7 ? -5 : -3) tc rgb ink, \
     data every ::1::1 using (-0.5):(ny + 0.5):7 with labels left noenhanced offset 0,1.2 tc rgb ink, \
     data every ::1::1 using (nx + 0.5):(ny + 0.5):8 with labels right noenhanced offset 0,1.2 tc rgb ink
