# Shared style: Okabe-Ito palette (https://jfly.uni-koeln.de/color/), safe for colour-blind readers.
set encoding utf8
set datafile separator ","
set key off
set border 3 lc rgb "#444444"
set tics nomirror out
set grid y lc rgb "#dddddd" lw 1
orange = "#E69F00"
sky    = "#56B4E9"
green  = "#009E73"
blue   = "#0072B2"
red    = "#D55E00"
grey   = "#999999"
