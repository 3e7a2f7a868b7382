"""wattmill in Python: scenarios and other cases in, figures with units out. Needs libwattmill alone; pandas is used when it is there.

    import wattmill
    r = wattmill.run("scenarios/virginia-100mw-gb300.json", set={"site.tariff.energy_usd_per_mwh": 70})
    r["npv_usd"], r.unit("npv_usd"), r.series("site_mw"), r.ledger

The library is found as WATTMILL_LIBRARY says, else beside this file's installation or by the system's loader. A mistake in a
document raises wattmill.Error, which carries every message with its code; warnings stand in result.messages.
"""
from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
from array import array
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Union

if TYPE_CHECKING:  # made from the tables; not needed to run
    from wattmill_types import Inputs

    Changes = Union[Inputs, Mapping[str, Any]]

__all__ = ["Error", "Message", "Model", "Result", "check", "explain", "frontier", "metrics", "run", "schema", "sweep", "version"]

API_MAJOR = 1
OK, FAILED, USAGE, INVALID, INFEASIBLE, IO, INTERNAL, CANCELLED = 0, 1, 2, 3, 4, 5, 70, 130
_WORDS = {FAILED: "a balance does not close", USAGE: "wrong path or argument", INVALID: "the document has mistakes",
          INFEASIBLE: "infeasible", IO: "a file cannot be read, or no memory is left", INTERNAL: "internal error",
          CANCELLED: "cancelled"}

Document = Union[str, "os.PathLike[str]", Mapping[str, Any]]
Progress = Callable[[float], Optional[bool]]

_PROGRESS = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_double)
_text, _handle, _size = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t

# name: (what it returns, what it takes), as include/wattmill/api.h declares them
_FUNCTIONS = {
    "version": (_text, []),
    "api_version": (ctypes.c_int, []),
    "open": (ctypes.c_int, [_text, ctypes.POINTER(_handle)]),
    "open_text": (ctypes.c_int, [_text, _text, ctypes.POINTER(_handle)]),
    "close": (None, [_handle]),
    "set": (ctypes.c_int, [_handle, _text, _text]),
    "set_number": (ctypes.c_int, [_handle, _text, ctypes.c_double]),
    "add_catalog": (ctypes.c_int, [_handle, _text]),
    "case": (_text, [_handle]),
    "check": (ctypes.c_int, [_handle]),
    "inputs_json": (_text, [_handle]),
    "on_progress": (None, [_handle, _PROGRESS, ctypes.c_void_p]),
    "run": (ctypes.c_int, [_handle, ctypes.POINTER(_handle)]),
    "n_messages": (_size, [_handle]),
    "message": (_text, [_handle, _size]),
    "message_code": (_text, [_handle, _size]),
    "metric": (ctypes.c_bool, [_handle, _text, ctypes.POINTER(ctypes.c_double)]),
    "result_key": (_text, [_handle, _size]),
    "result_unit": (_text, [_handle, _text]),
    "result_doc": (_text, [_handle, _text]),
    "metric_key": (_text, [_size]),
    "metric_unit": (_text, [_text]),
    "metric_doc": (_text, [_text]),
    "series": (_size, [_handle, _text, ctypes.POINTER(ctypes.c_double), _size]),
    "result_json": (_text, [_handle]),
    "result_free": (None, [_handle]),
    "schema": (ctypes.c_void_p, []),
    "schema_of": (ctypes.c_void_p, [_text]),
    "explain": (ctypes.c_void_p, [_text]),
    "free": (None, [ctypes.c_void_p]),
}


def _load() -> Any:
    here = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(here, "..", "..", "..", "lib", "libwattmill.so")  # PREFIX/share/wattmill/python
    for name in (os.environ.get("WATTMILL_LIBRARY"), beside if os.path.exists(beside) else None,
                 ctypes.util.find_library("wattmill"), "libwattmill.so"):
        if name:
            library = ctypes.CDLL(name)
            break
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, "wattmill_" + name)
        function.restype, function.argtypes = result, arguments
    if library.wattmill_api_version() // 1000 != API_MAJOR:
        raise ImportError("libwattmill %s has another interface than this module" % library.wattmill_version().decode())
    return library


_lib = _load()


class Message(NamedTuple):
    """What the library says: `code` ("E204", "W901": warnings begin with W) and the line a person reads."""
    code: str
    text: str

    @property
    def is_warning(self) -> bool:
        return self.code.startswith("W")


class Error(Exception):
    """A call that failed: `status` as the command's exit status, `messages` with every mistake."""

    def __init__(self, status: int, messages: Iterable[Message] = ()):
        self.status, self.messages = status, list(messages)
        mistakes = [m.text for m in self.messages if not m.is_warning]
        super().__init__("\n".join(mistakes) or _WORDS.get(status, "failed (%d)" % status))


def _owned(pointer: Optional[int]) -> str:
    if not pointer:
        raise KeyError("no such word, or no memory is left")
    try:
        return ctypes.string_at(pointer).decode()
    finally:
        _lib.wattmill_free(pointer)


class Result(Mapping[str, float]):
    """Figures of a run by key, in the unit of unit(key); a figure that does not exist is absent."""

    def __init__(self, handle: Any, messages: List[Message]):
        self._handle, self.messages = handle, messages
        self._data: Optional[Dict[str, Any]] = None

    def __del__(self) -> None:
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            _lib.wattmill_result_free(handle)

    def __getitem__(self, key: str) -> float:
        value = ctypes.c_double()
        if not _lib.wattmill_metric(self._handle, key.encode(), ctypes.byref(value)):
            raise KeyError(key)
        return value.value

    def __iter__(self) -> Iterator[str]:
        i = 0
        while True:
            key = _lib.wattmill_result_key(self._handle, i)
            if key is None:
                return
            i += 1
            if self._has(key.decode()):
                yield key.decode()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _has(self, key: str) -> bool:
        return bool(_lib.wattmill_metric(self._handle, key.encode(), ctypes.byref(ctypes.c_double())))

    def unit(self, key: str) -> str:
        """Unit of a figure ("1": none)."""
        return self._of(_lib.wattmill_result_unit, key)

    def doc(self, key: str) -> str:
        """What a figure means."""
        return self._of(_lib.wattmill_result_doc, key)

    def _of(self, function: Any, key: str) -> str:
        text = function(self._handle, key.encode())
        if text is None:
            raise KeyError(key)
        return text.decode()

    def series(self, name: str) -> "array[float]":
        """A column of the 15-minute series, such as "site_mw"; "time_s" counts seconds since 1970 in UTC."""
        n = _lib.wattmill_series(self._handle, name.encode(), None, 0)
        if n == 0:
            raise KeyError(name)
        values = array("d", bytes(8 * n))
        address, _ = values.buffer_info()
        _lib.wattmill_series(self._handle, name.encode(), ctypes.cast(address, ctypes.POINTER(ctypes.c_double)), n)
        return values

    @property
    def json(self) -> str:
        """The whole result as `wattmill run --format json` prints it."""
        text = _lib.wattmill_result_json(self._handle)
        if text is None:
            raise MemoryError
        return text.decode()

    @property
    def data(self) -> Dict[str, Any]:
        """The same as Python objects: inputs, metrics, classes, pools, ledger, energy, balances, stamp."""
        if self._data is None:
            self._data = json.loads(self.json)
        return self._data

    @property
    def ledger(self) -> List[Dict[str, Any]]:
        """Cost lines with their tags."""
        return self.data["ledger"]

    def frame(self, *names: str) -> Any:
        """Columns of the series as a pandas.DataFrame in UTC. Needs pandas."""
        import pandas
        index = pandas.to_datetime(self.series("time_s"), unit="s", utc=True)
        return pandas.DataFrame({name: self.series(name) for name in names}, index=index)


class Model:
    """A scenario or another case with changes on top: a path, a JSON text or a dict, and what `set` and `catalog` add."""

    def __init__(self, document: Document, set: Optional[Changes] = None, catalog: Iterable[str] = (),
                 dir: Optional[str] = None):
        self._handle = _handle()
        self._progress: Any = None
        if isinstance(document, Mapping):
            text = json.dumps(document)
        elif isinstance(document, str) and document.lstrip().startswith("{"):
            text = document
        else:
            text = ""
        if text:
            status = _lib.wattmill_open_text(text.encode(), dir.encode() if dir else None, ctypes.byref(self._handle))
        else:
            status = _lib.wattmill_open(os.fspath(document).encode(), ctypes.byref(self._handle))  # type: ignore[arg-type]
        if not self._handle:
            raise MemoryError
        changed = False
        for path in catalog:
            self._need(_lib.wattmill_add_catalog(self._handle, path.encode()))
            changed = True
        for path, value in (set or {}).items():
            self.set(path, value)
            changed = True
        self._need(_lib.wattmill_check(self._handle) if changed and status in (OK, INVALID) else status)

    def __del__(self) -> None:
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            _lib.wattmill_close(handle)

    def _need(self, status: int) -> None:
        if status != OK:
            raise Error(status, self.messages)

    @property
    def messages(self) -> List[Message]:
        """Of the last call: mistakes and warnings, in their order."""
        return [Message(_lib.wattmill_message_code(self._handle, i).decode(),
                        _lib.wattmill_message(self._handle, i).decode())
                for i in range(_lib.wattmill_n_messages(self._handle))]

    def set(self, path: str, value: Any) -> None:
        """Changes a value at a dotted path; checked when the model is run or checked."""
        text = value if isinstance(value, str) else json.dumps(value)
        status = _lib.wattmill_set(self._handle, path.encode(), text.encode())
        if status != OK:
            raise Error(status, [Message("E103", "%r = %r" % (path, value))])

    @property
    def case(self) -> str:
        """What the document is: "site", "replay", "train" or "frontier"."""
        return _lib.wattmill_case(self._handle).decode()

    def check(self) -> List[Message]:
        """Raises Error with all mistakes; returns the warnings."""
        self._need(_lib.wattmill_check(self._handle))
        return self.messages

    @property
    def inputs(self) -> List[Dict[str, Any]]:
        """Every input after defaults: path, value, unit, origin."""
        text = _lib.wattmill_inputs_json(self._handle)
        if text is None:
            raise Error(INVALID, self.messages)
        return json.loads(text.decode())

    def run(self, progress: Optional[Progress] = None) -> Result:
        """Runs it; `progress` gets the share done and cancels the run by returning False."""
        fn = _PROGRESS(lambda _, done: progress(done) is not False) if progress else _PROGRESS()
        _lib.wattmill_on_progress(self._handle, fn, None)
        result = _handle()
        status = _lib.wattmill_run(self._handle, ctypes.byref(result))
        _lib.wattmill_on_progress(self._handle, _PROGRESS(), None)
        messages = self.messages
        if not result:
            raise Error(status, messages)
        return Result(result, messages)


def run(document: Document, set: Optional[Changes] = None, catalog: Iterable[str] = (),
        dir: Optional[str] = None, progress: Optional[Progress] = None) -> Result:
    """Simulates a scenario (path, JSON text or dict; files that a text names lie in `dir`)."""
    return Model(document, set, catalog, dir).run(progress)


def check(document: Document, set: Optional[Changes] = None, catalog: Iterable[str] = (),
          dir: Optional[str] = None) -> List[Message]:
    """Validates a scenario: raises Error with all mistakes, returns the warnings."""
    return Model(document, set, catalog, dir).check()


def sweep(document: Document, axes: Mapping[str, Iterable[Any]], keys: Iterable[str],
          dir: Optional[str] = None) -> List[Dict[str, Any]]:
    """Figures `keys` over the grid of `axes` ({path: values}), a dict a point; pandas.DataFrame() takes the list."""
    import itertools
    model, paths, wanted = Model(document, dir=dir), list(axes), list(keys)
    rows = []
    for values in itertools.product(*(list(axes[path]) for path in paths)):
        for path, value in zip(paths, values):
            model.set(path, value)
        row: Dict[str, Any] = dict(zip(paths, values))
        try:
            result = model.run()
            row.update({key: result.get(key) for key in wanted})
        except Error as error:
            if error.status != INFEASIBLE:
                raise
            row.update({key: None for key in wanted})
        rows.append(row)
    return rows


def frontier(accelerator: Union[str, Iterable[str]], llm: str, set: Optional[Mapping[str, Any]] = None) -> List[Dict[str, Any]]:
    """Every parallelism and batch of a model on accelerators, a dict a point: speed of a user, output per megawatt, cost; `pareto`,
    `meets_slo` and `best` are flags. `set` changes keys of a frontier document (schema("frontier"))."""
    names = [accelerator] if isinstance(accelerator, str) else list(accelerator)
    document = {"schema_version": 1, "case": "frontier", "name": llm, "accelerator": names, "llm": llm}
    return run(document, set).data["front"]


_metrics: Dict[str, Dict[str, str]] = {}


def metrics() -> Dict[str, Dict[str, str]]:
    """All figures: {key: {"unit", "doc"}}."""
    i = 0
    while not _metrics or i:
        key = _lib.wattmill_metric_key(i)
        if key is None:
            break
        _metrics[key.decode()] = {"unit": _lib.wattmill_metric_unit(key).decode(),
                                  "doc": _lib.wattmill_metric_doc(key).decode()}
        i += 1
    return _metrics


def explain(word: str) -> str:
    """What a key, a figure or a code means."""
    return _owned(_lib.wattmill_explain(word.encode()))


def schema(case: str = "site") -> Dict[str, Any]:
    """JSON Schema of a scenario, or of a document of another case ("replay", "train", "frontier")."""
    return json.loads(_owned(_lib.wattmill_schema_of(case.encode())))


def version() -> str:
    return _lib.wattmill_version().decode()
