# Shared style: Okabe-Ito palette (https://jfly.uni-koeln.de/color/), safe for colour-blind readers.
set encoding utf8
set datafile separator ","
set key off
set border 3 lc rgb "#444444"
set tics nomirror out
set grid y lc rgb "#dddddd" lw 1
set title font ",18" offset 0,-0.3
orange = "#E69F00"
sky    = "#56B4E9"
green  = "#009E73"
yellow = "#F0E442"
blue   = "#0072B2"
red    = "#D55E00"
purple = "#CC79A7"
grey   = "#999999"
pale   = "#DDDDDD"
ink    = "#333333"
