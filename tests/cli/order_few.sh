#!/bin/sh
# two models, the order that physics imposes; `make check-order` scans eight models, three shapes and two engines
python3 tests/order.py "$BIN" few
