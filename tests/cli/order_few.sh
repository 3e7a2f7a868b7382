#!/bin/sh
# two models, the order that physics imposes; `make check-order` scans eight models, three shapes and two engines
python3 tests/order.py "$BIN" few | sed "s/ of [0-9]* pairs/ of the pairs/" # how many there are hangs on what fits
