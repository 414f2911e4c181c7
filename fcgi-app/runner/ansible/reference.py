"""What the installed Ansible knows: the options of its commands and its modules, asked of its own parsers and documentation.

reference(FOLDER) -> the text of {"version": "2.14.18", "key": WORD, "options": {COMMAND: {NAME: {"type", "shortopts", "help"}}},
    "modules": {"ansible.builtin.ping": {"module": "ping", "short_description": ..., "description": ..., "options": ..., ...}}}
version(FOLDER) -> WORD, the same one that reference gives as "key" until Ansible or a collection is installed, upgraded or removed.

An option of several names is told under each, also under the deprecated ones. What would wait for somebody to type, and what Moirai
says itself, is left out. A module whose documentation can't be read has only its name. Takes a second for the 70 modules of
ansible-core, minutes for thousands.
"""
import hashlib
import importlib.util
import json
import os
import re
import sys
import tempfile

OURS = {"verbose", "inventory", "inventory-file", "module-name", "step"}
KEY_FILES = {"private-key", "key-file"}
MOST = 32 << 20             # bytes of documentation
COMMANDS = ("ansible", "ansible-playbook")
COLLECTIONS = "~/.ansible/collections:/usr/share/ansible/collections"


def reference(folder):
    os.environ.setdefault("ANSIBLE_LOCAL_TEMP", tempfile.gettempdir())
    stdout, sys.stdout = sys.stdout, sys.stderr         # for what Ansible may have to say
    try:
        from ansible.release import __version__
        told = {"version": __version__, "key": version(folder), "options": options(), "modules": modules()}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace").decode()
    finally:
        sys.stdout = stdout


# ---- options

def options():
    import ansible.cli          # before all else of Ansible
    from ansible.cli.adhoc import AdHocCLI
    from ansible.cli.playbook import PlaybookCLI
    return {command: options_of(cli([command])) for command, cli in zip(COMMANDS, (AdHocCLI, PlaybookCLI))}


def options_of(cli):
    cli.init_parser()
    formatter = cli.parser._get_formatter()
    told = {}
    for action in cli.parser._actions:
        short = [word[1:] for word in action.option_strings if not word.startswith("--")]
        for name in (word[2:] for word in action.option_strings if word.startswith("--")):
            if name not in OURS and not name.startswith("ask-"):
                told[name] = {"type": type_of(name, action), "shortopts": short, "help": formatter._expand_help(action)}
    return told


def type_of(name, action):
    if action.nargs == 0:
        return "boolean"
    if action.type is int:
        return "integer"
    if name in KEY_FILES:
        return "keyfile"
    return "textfile" if name.endswith("-file") else "text"


# ---- modules

def modules():
    from ansible.cli.doc import DocCLI
    cli = DocCLI(["ansible-doc", "--list", "--json"])
    cli.parse()
    told, size = {}, 0
    for name in sorted(cli._list_plugins("module", None)):
        told[name] = documentation(cli, name)
        size += len(json.dumps(told[name], default=str))
        if size > MOST:
            told[name] = shortest(told[name])
    return told if size <= MOST else {name: shortest(doc) for name, doc in told.items()}


def documentation(cli, name):
    try:
        doc = cli._get_plugins_docs("module", [name], fail_ok=True)[name]["doc"]
        json.dumps(doc, default=str)
        return {**doc, "module": doc.get("module") or name.rpartition(".")[2]}
    except Exception as why:
        print(f"{name}: no documentation: {why}"[:500], file=sys.stderr)
        return {"module": name.rpartition(".")[2], "short_description": "UNDOCUMENTED"}


def shortest(doc):
    return {name: doc.get(name) for name in ("module", "short_description")}


# ---- version

def version(folder):
    """Without an import of Ansible, which would take ten times as long."""
    found = importlib.util.find_spec("ansible")
    if found is None or not found.submodule_search_locations:
        sys.exit(f"{sys.executable} knows no Ansible")
    release = os.path.join(found.submodule_search_locations[0], "release.py")
    with open(release, encoding="utf-8") as file:
        number = re.search(r"^__version__ = ['\"]([^'\"]+)", file.read(), re.M)
    paths = [release, *(os.path.join(folder, command) for command in COMMANDS), *collections()]
    seen = hashlib.sha256("\n".join([sys.version, *map(looks, paths)]).encode("utf-8", "surrogateescape"))
    return f"{number[1] if number else '?'}-{seen.hexdigest()[:12]}"


def collections():
    """The folder of each collection, ANYWHERE/ansible_collections/NAMESPACE/COLLECTION: its time changes with what is in it."""
    configured = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or os.environ.get("ANSIBLE_COLLECTIONS_PATHS") or COLLECTIONS
    for place in [*map(os.path.expanduser, configured.split(":")), *sys.path]:
        for namespace in folders(os.path.join(place, "ansible_collections")):
            yield from folders(namespace)


def folders(path):
    try:
        return sorted(entry.path for entry in os.scandir(path) if entry.is_dir())
    except OSError:
        return []


def looks(path):
    try:
        known = os.stat(path)
    except OSError:
        return f"{path} is not there"
    return f"{path} {known.st_size} {known.st_mtime_ns}"
