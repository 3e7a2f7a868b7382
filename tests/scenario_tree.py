"""Scenario files as the program reads them: `extends` first, objects merge by key, an element of a list
starts from the one of the same name in the base."""
import json
import os


def merge(base, over):
    if isinstance(base, dict) and isinstance(over, dict):
        return {k: merge(base[k], over[k]) if k in base and k in over else over.get(k, base.get(k))
                for k in {**base, **over}}
    if isinstance(base, list) and isinstance(over, list):
        named = {e["name"]: e for e in base if isinstance(e, dict) and "name" in e}
        return [merge(named[e["name"]], e) if isinstance(e, dict) and e.get("name") in named else e
                for e in over]
    return over


def load(path):
    with open(path, encoding="utf-8") as f:
        own = json.load(f)
    base = own.pop("extends", None)
    own.pop("$schema", None)
    return merge(load(os.path.join(os.path.dirname(path), base)), own) if base else own
