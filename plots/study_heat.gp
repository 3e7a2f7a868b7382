# A metric over two axes of a grid, a panel for each value of a third, all in one scale of colours; further axes are
# averaged, and the note says so. A cell without a point is empty.
# Columns: x, y (places), their labels, value (NaN: none), names of the axes, metric and unit, note, panel, its label
data = "study_heat.csv"
stats data every ::1 using 1:2 nooutput
nx = STATS_max_x
ny = STATS_max_y
stats data every ::1 using 10 nooutput
np = STATS_max + 1
stats data every ::1 using 5 nooutput
low = STATS_min
high = STATS_max > STATS_min ? STATS_max : STATS_min + 1
stats data every ::1::1 using (x_name = strcol(6), y_name = strcol(7), metric = strcol(8), note = strcol(9), 0) nooutput
cells = (nx + 1) * (ny + 1)
across = np == 1 ? 1 : np <= 4 ? 2 : 3
down = ceil(np / (1.0 * across))
array panels[np]
do for [p = 0:np - 1] {
    stats data every ::(1 + p * cells)::(1 + p * cells) using (panels[p + 1] = strcol(11), 0) nooutput
}
stats data every ::1 using (strlen(strcol(3))) nooutput
is_none(text) = (text eq "NaN")
show_values = (nx < word("10 8 6", across) + 0 && ny < 16.0 / down)
tilted = (nx + 1) * (STATS_max + 1) > word("110 70 45", across) + 0
small = ",".word("13 13 11", across)
stats data every ::1 using (strlen(strcol(4))) nooutput
left = 0.02 + (across == 3 ? 0.009 : 0.0105) * (STATS_max < 20 ? STATS_max : 20)
unset grid
set border 15
set xrange [-0.5:nx + 0.5]
set yrange [-0.5:ny + 0.5]
set cbrange [low:high]
set xtics noenhanced rotate by (tilted ? -30 : 0) font small
set ytics noenhanced font small
set palette defined (0 "#00224E", 0.25 "#35456C", 0.5 "#7D7C78", 0.75 "#BCAF6F", 1 "#FEE838")
title = metric.(note eq "" ? "" : ", ".note)
if (np == 1) {
    set title title noenhanced offset 0,1.4
    set xlabel x_name noenhanced
    set label 1 y_name at graph 0, graph 1 left offset 0,1 noenhanced tc rgb ink
    set tmargin 6
    set bmargin (tilted ? 8 : 5)
} else {
    if (show_values) { unset colorbox }
    set multiplot layout down, across title title."\nacross: ".x_name.", up: ".y_name noenhanced font ",15" \
        margins screen left, screen (show_values ? 0.98 : 0.92), screen (tilted ? 0.13 : 0.08), screen 0.84 \
        spacing screen left + (show_values ? 0.01 : 0.07), screen (tilted ? 0.18 : 0.13)
}
do for [p = 0:np - 1] {
    from = 1 + p * cells
    to = p * cells + cells
    if (np > 1) { set title panels[p + 1] noenhanced font ",".(strlen(panels[p + 1]) > word("99 44 30", across) ? 10 : 14) offset 0,-0.7 }
    plot data every ::from::to using 1:2:(0.5):(0.5):5:xtic(3):ytic(4) with boxxyerror fs solid noborder lc palette, \
         data every ::from::to using 1:2:(show_values ? (is_none(strcol(5)) ? "none" : sprintf("%.4g", $5)) : ""):(is_none(strcol(5)) ? 0x888888 : $5 > (low + high) / 2 ? 0x000000 : 0xFFFFFF) with labels font small tc rgb variable
}
if (np > 1) { unset multiplot }
