"""Runs Ansible for a shepherd, and says what Ansible knows. To be run by the interpreter that Ansible's command names (#!).

    moirai_ansible.py run COMMAND FILE      the command, such as /usr/bin/ansible-playbook, with the arguments that the file holds, each
                                            ended by a NUL; its output, exit code and end by a signal are its own, but each line comes
                                            at once
    moirai_ansible.py reference FOLDER      options and modules, a JSON object (reference.py); FOLDER has the commands
    moirai_ansible.py version FOLDER        a word that changes when Ansible or its collections do; cheap

MOIRAI_RESULTS_FD, if given, is the descriptor to which what came of each host is written (callback/moirai.py); neither the variable nor
the descriptor is handed on to what Ansible starts. Without it nothing is told.

Beyond what Ansible itself refuses, nothing starts with an inventory without a host, nor with a limit without one, which Ansible takes
for all hosts (D11): "ERROR! ...", exit 1.

Two of Ansible's methods are wrapped as their modules are imported, so that all else comes in Ansible's own order and time:
InventoryManager.subset, which is given the limit when the inventory has been read, and TaskQueueManager.load_callbacks.
"""
import importlib.machinery
import os
import sys
import types

HOUSE = os.path.dirname(os.path.realpath(__file__))
NO_HOSTS = "The inventory holds no hosts. Nothing was started."
NO_LIMIT = "The limit names no hosts, and would mean all of them. Nothing was started."


def main(verb="", *arguments):
    if verb == "run" and len(arguments) == 2:
        run(*arguments)
    elif verb in ("reference", "version") and len(arguments) == 1:
        print(getattr(house("reference"), verb)(*arguments))
    else:
        sys.exit("usage: moirai_ansible.py run COMMAND FILE | reference FOLDER | version FOLDER")


def house(name):
    """A module of ours, which is in no folder where Ansible's modules would look for theirs."""
    module = types.ModuleType("moirai_" + os.path.basename(name))
    module.__file__ = os.path.join(HOUSE, name + ".py")
    sys.modules[module.__name__] = module
    execute(module)
    return module


def execute(module):
    with open(module.__file__, "rb") as file:
        exec(compile(file.read(), module.__file__, "exec"), module.__dict__)


# ---- run

def run(command, file):
    with open(file, encoding="utf-8", newline="") as text:
        arguments = text.read().split("\0")[:-1]
    descriptor = taken_descriptor()
    take_home()
    sys.stdout.reconfigure(line_buffering=True)     # Ansible flushes when it forks: a host's line would wait for the slower hosts
    plugins = []
    sys.meta_path.insert(0, Wrapped({
        "ansible.inventory.manager": wrap_inventory,
        "ansible.executor.task_queue_manager": lambda module: wrap_callbacks(module, descriptor, plugins),
    }))
    try:
        execute(as_main(command, arguments))
    finally:
        for plugin in plugins:
            plugin.finish()


def taken_descriptor():
    given = os.environ.pop("MOIRAI_RESULTS_FD", "")
    if not given.isdigit() or int(given) < 3:
        return None
    try:
        os.set_inheritable(int(given), False)
        os.set_blocking(int(given), True)
    except OSError:
        return None
    return int(given)


class Nameless(str):
    """A name that is empty and yet given: else that of ansible_user, which is for other machines, would take its place."""

    def __bool__(self):
        return True


def take_home():
    """$HOME is a run's own folder. Ansible's local connection means it, too, but asks for ~ACCOUNT, which may be nowhere (nobody's)
    or another run's; without an account's name it asks for ~. Else nothing could be done locally, or waited for (async)."""
    if os.environ.get("HOME", "") not in ("", account_home()):
        import getpass
        getpass.getuser = Nameless


def account_home():
    import pwd
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""


def as_main(command, arguments):
    """The world as Python makes it for a command."""
    sys.argv[:] = [command, *arguments]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(command))
    module = types.ModuleType("__main__")
    module.__file__ = command
    module.__builtins__ = __builtins__
    sys.modules["__main__"] = module
    return module


class Wrapped:
    """Finds the modules named, each once, as Python does, and has its function called after it was executed."""

    def __init__(self, wrappers):
        self.wrappers = wrappers

    def find_spec(self, name, path, target=None):
        wrap = self.wrappers.pop(name, None)
        spec = wrap and importlib.machinery.PathFinder.find_spec(name, path, target)
        if not spec:
            return None
        execute_module = spec.loader.exec_module

        def exec_module(module):
            execute_module(module)
            wrap(module)

        spec.loader.exec_module = exec_module
        return spec


# ---- what is wrapped

def wrap_inventory(module):
    manager = module.InventoryManager
    subset = manager.subset

    def checked_subset(self, pattern):
        if not self.hosts and not only_reads():
            refuse(NO_HOSTS)
        subset(self, pattern)
        if pattern is not None and not any(map(names_hosts, self._subset or ())):
            refuse(NO_LIMIT)

    manager.subset = checked_subset


def only_reads():
    from ansible import context
    return any(context.CLIARGS.get(name) for name in ("syntax", "listtasks", "listtags"))


def names_hosts(pattern):
    return pattern.strip().lstrip("!&~").strip() != ""


def refuse(why):
    from ansible.utils.display import Display
    Display().error(why, wrap_text=False)
    sys.exit(1)


def wrap_callbacks(module, descriptor, plugins):
    manager = module.TaskQueueManager
    load = getattr(manager, "load_callbacks", None)
    if descriptor is None or load is None:
        return

    def load_with_ours(self):
        load(self)
        if not plugins:
            add_plugin(self, descriptor, plugins)

    manager.load_callbacks = load_with_ours


def add_plugin(manager, descriptor, plugins):
    """A run that can't be told of goes on all the same; its shepherd misses the end."""
    try:
        callback = house("callback/moirai")
        plugin = callback.CallbackModule(manager, callback.Results(descriptor))
        manager._callback_plugins.append(plugin)
        plugins.append(plugin)
    except Exception:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
