"""Runs: made by SQL, as the runner leaves them; and real ones, with all that they need: files, repositories, ssh servers."""
import contextlib
import getpass
import io
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile

from instance import ROOT, SETTINGS, Sql, eventually, free_port
from polemarch import make, said

COLORS = ["\x1b[0;35m", "\x1b[0;32m", "\x1b[1;31m", "\x1b[0;36m", "\x1b[1;35m", "\x1b[0;33m", "\x1b[0;31m"]


def make_run(sql, status="OK", project=None, inventory=None, kind="PLAYBOOK", mode="site.yml", initiator=1, initiator_type="users",
             saved=True, arguments=None, **columns):
    """Its id. It began now, and is over unless the status says otherwise."""
    (ids,) = sql.column("select work.runs_add(array[row(%s, %s, null, %s, %s, null, %s::jsonb, '{}'::jsonb, %s, %s, %s)::work.order], now())",
                        project, inventory, kind, mode, json.dumps(arguments or {}), saved, initiator, initiator_type)
    sql.run("update work.runs set status = %s, stop_time = case when %s then now() end where id = %s", status,
            status not in ("DELAY", "RUN"), ids[0])
    for name, value in columns.items():
        sql.run(f"update work.runs set {name} = %s where id = %s", value, ids[0])
    return ids[0]


def say(sql, run, *lines):
    """These are the next lines of the run's output."""
    day, n = sql.one("update work.runs set output_day = coalesce(output_day, current_date), lines = lines + %s where id = %s"
                     " returning output_day, lines - %s", len(lines), run, len(lines))
    sql.run("select work.line_partitions_ensure(%s)", day)
    sql.run("insert into work.lines select %s, %s, %s + n, line from unnest(%s::text[]) with ordinality l (line, n)", day, run, n, list(lines))


def say_much(sql, run, n, line="'ok: [host' || n || '.example.com] => some words to make it as long as such lines are'"):
    """So many lines, each made of its number n."""
    sql.run("select work.line_partitions_ensure(current_date)")
    sql.run(f"insert into work.lines select current_date, %s, n, {line} from generate_series(1, %s) n", run, n)
    sql.run("update work.runs set output_day = current_date, lines = %s where id = %s", n, run)


# ---- real ones: by the runner and the Ansible of this machine

PATIENCE = 90                                   # seconds; much may run at a time on a small machine
OVER = ("OK", "ERROR", "OFFLINE", "INTERRUPTED")
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}
AWAY = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_python_interpreter": "/usr/bin/python3"}


class Work:
    """Projects and runs, as a client of the API has them."""

    def __init__(self, admin, sql):
        self.admin, self.sql, self.instance = admin, sql, admin.instance
        eventually(lambda: sql.one("select exists (select from work.runners r join work.ansible_reference a on a.version = r.ansible)"), PATIENCE, 0.1)

    # ---- projects
    def project(self, type="MANUAL", repository="by hand", files=None, status="OK", **vars):
        """A new one after its first sync, which ends so; with these files (path -> text) where people put them -> its id."""
        id = make(self.admin, "projects", name=f"a {type}", repository=str(repository), vars={"repo_type": type, **vars})["id"]
        self.synced(id, status)
        self.put(id, files or {})
        return id

    def put(self, id, files):
        """Into the folder of a MANUAL project."""
        for name, text in files.items():
            path = self.instance.var / "projects" / str(id) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def synced(self, id, status="OK"):
        """Waits for the end of a sync -> the project with all there is to know of it."""
        def over():
            project = said(self.admin.get(f"/projects/{id}/?expand=revision,status_detail"))
            return project["status"] in ("OK", "ERROR") and project
        project = eventually(over, PATIENCE, 0.1)
        assert project["status"] == status, project
        return project

    def sync(self, id, status="OK"):
        said(self.admin.post(f"/projects/{id}/sync/"))
        return self.synced(id, status)

    def tasks(self, project):
        """Playbook -> id of its task."""
        return {t["playbook"]: t["id"] for t in said(self.admin.get(f"/tasks/?project={project}&limit=1000"))["results"]}

    # ---- inventories
    def inventory(self, hosts, **vars):
        """A new one with these hosts (name -> variables) -> its id."""
        id = make(self.admin, "inventories", name="i", vars=vars)["id"]
        made = [make(self.admin, "hosts", name=name, vars=of_host)["id"] for name, of_host in hosts.items()]
        said(self.admin.post(f"/inventories/{id}/hosts/", made))
        return id

    # ---- runs
    def start(self, project, playbook, inventory, arguments=None):
        """-> the id of its record."""
        body = {"inventory": inventory, "playbook": playbook, **(arguments or {})}
        return said(self.admin.post(f"/projects/{project}/execute-playbook/", body), 201)["history_id"]

    def start_module(self, project, module, inventory, arguments=None, group="all"):
        body = {"inventory": inventory, "module": module, "group": group, **(arguments or {})}
        return said(self.admin.post(f"/projects/{project}/execute-module/", body), 201)["history_id"]

    def record(self, id):
        return said(self.admin.get(f"/history/{id}/?expand=status_detail,execute_args"))

    def comes_to(self, id, *statuses):
        """Waits for one of them -> the record."""
        return eventually(lambda: (found := self.record(id))["status"] in statuses and found, PATIENCE, 0.1)

    def over(self, id, status="OK"):
        """Waits for its end, which is that -> its record."""
        record = self.comes_to(id, *OVER)
        assert record["status"] == status, f"{record['status']}: {record['status_detail']}\n{record['raw_stdout']}"
        return record

    def run(self, *args, status="OK"):
        return self.over(self.start(*args), status)

    def run_module(self, *args, status="OK", **more):
        return self.over(self.start_module(*args, **more), status)

    def lines(self, id, query=""):
        """What it has said so far, as pages of lines tell it, from the first on and without a gap."""
        found = []
        while page := said(self.admin.get(f"/history/{id}/lines/?ordering=line_number&limit=1000&after={len(found)}{query}"))["results"]:
            assert [row["line_number"] for row in page] == list(range(len(found) + 1, len(found) + 1 + len(page)))
            found += [row["line"] for row in page]
        return found

    def hosts(self, id):
        """Name -> (outcome, task, message)."""
        return {h["name"]: (h["outcome"], h["task"], h["message"]) for h in said(self.admin.get(f"/history/{id}/hosts/"))["results"]}

    def cancel(self, id):
        assert said(self.admin.post(f"/history/{id}/cancel/")) == {"detail": f"Task canceled: {id}"}

    # ---- around them
    @contextlib.contextmanager
    def settings(self, **more):
        """For what begins meanwhile: what is at work keeps those it has begun with."""
        before = self.instance.settings.read_text()
        self.instance.renew_runner({**SETTINGS, **more})
        try:
            yield
        finally:
            self.instance.renew_runner(before)

    def setting(self, name):
        """As script/server has chosen it."""
        return re.search(rf'^{name}: "(.*)"$', (self.instance.var / "moirai.yaml").read_text(), re.M)[1]

    @contextlib.contextmanager
    def own_memory(self, **more):
        """A secrets_dir that no other instance has; and these settings."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="moirai-tests.", dir="/dev/shm"))
        folder.chmod(0o1777)
        try:
            with self.settings(secrets_dir=str(folder), **more):
                yield folder
        finally:
            shutil.rmtree(folder)

    def folders(self):
        """What there is of runs on disk."""
        return list(pathlib.Path(self.setting("runs_dir")).iterdir())

    def rest(self):
        """Nothing is at work any more: the next test begins with an empty database."""
        self.sql.run("delete from work.periodic_tasks")
        for id in self.sql.column("select id from work.runs where status in ('DELAY', 'RUN') and cancel_at is null"):
            self.sql.run("select work.run_cancel(%s, now())", id)
        eventually(lambda: not self.sql.one("select exists (select from work.runs where status in ('DELAY', 'RUN'))"
                                            " or exists (select from work.projects where token is not null or status = 'WAIT_SYNC')"), PATIENCE, 0.1)


def play(*tasks, hosts="all", **more):
    """The text of a playbook: JSON is YAML."""
    return json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": list(tasks), **more}], indent=1)


def debug(text, **more):
    return {"debug": {"msg": text}, **more}


def shell(command, **more):
    return {"shell": command, **more}


class Gate:
    """A run that comes to `task` waits there until open(). Each host leaves word that it is there."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.chmod(0o777)
        self.task = shell(f"touch {folder}/at-{{{{ inventory_hostname }}}}; until [ -e {folder}/open ]; do sleep 0.05; done", name="wait at the gate")

    def reached(self, work, run, *hosts):
        """Waits until these hosts of the run, h1 if none is named, have come to it."""
        def there():
            return all((self.folder / f"at-{host}").exists() for host in hosts or ["h1"]) or work.record(run)["status"] in OVER
        eventually(there, PATIENCE, 0.1)
        record = work.record(run)
        assert record["status"] == "RUN", f"{record['status']}: {record['status_detail']}\n{record['raw_stdout']}"

    def open(self):
        (self.folder / "open").touch()


def fake_ansible(folder):
    """A copy of it that every account can reach, for the setting ansible_dir."""
    return str(shutil.copytree(ROOT / "tests/http/fake_ansible", folder / "fake", ignore=shutil.ignore_patterns("__pycache__")))


def contents(process):
    """What /proc tells of a process that anybody might see or that its children get: command line and environment."""
    found = b""
    for name in ("cmdline", "environ"):
        with contextlib.suppress(OSError):
            found += pathlib.Path(f"/proc/{process}/{name}").read_bytes() + b"\0"
    return found


def processes_with(text):
    """Command lines of the processes that have it there."""
    return [contents(p.name) for p in pathlib.Path("/proc").glob("[0-9]*") if int(p.name) != os.getpid() and text.encode() in contents(p.name)]


# ---- repositories

def archive(files, mode="w:gz", evil=None):
    """A tar of these (path -> text). `evil`: a further member, a TarInfo."""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode=mode) as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        if evil:
            tar.addfile(evil)
    return into.getvalue()


class Repository:
    """A git repository in a folder."""

    def __init__(self, folder, **files):
        self.folder = folder
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *words):
        """-> what it says."""
        return subprocess.run(["git", "-c", "user.name=tester", "-c", "user.email=t@example.com", "-C", self.folder, *words], check=True,
                              capture_output=True, text=True, timeout=60).stdout.strip()

    def commit(self, files, *words):
        """Holds these files (path -> text; None: no more) besides; `words`: such as --amend -> the commit."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit", *words)
        return self.head()

    def head(self):
        return self.git("rev-parse", "HEAD")

    @property
    def url(self):
        return f"file://{self.folder}"

    def by_http(self, request):
        """The answer of a server of this repository (outside.Http), by git's own CGI program."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_PROJECT_ROOT": str(self.folder), "GIT_HTTP_EXPORT_ALL": "1",
                       "PATH_INFO": request.path, "QUERY_STRING": request.target.partition("?")[2], "REQUEST_METHOD": request.method,
                       "CONTENT_TYPE": request.headers.get("Content-Type", ""), "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
                       "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""), "CONTENT_LENGTH": str(len(request.body))}
        said = subprocess.run(["git", "http-backend"], input=request.body, env=environment, capture_output=True, timeout=60).stdout
        head, _, body = said.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return int(headers.pop("Status", "200 OK").split()[0]), headers, body


# ---- ssh

class Sshd:
    """A server on loopback, where the account of the tests may sign in by `key`, the text of a private key."""

    def __init__(self, folder, passwords="no"):
        self.folder = folder
        self.port = free_port()
        self.account = getpass.getuser()
        (folder / "home").mkdir()
        self.generate("host")
        self.key = self.generate("user", allowed=True)
        (folder / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\n"
            f"UsePAM no\nPidFile none\nPasswordAuthentication {passwords}\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
            "MaxStartups 100\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)         # where Debian's wants to lock itself in
        self.start()

    def generate(self, name, passphrase="", allowed=False):
        """A new pair of keys -> the private one. `allowed`: it opens, too."""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", self.folder / name], check=True)
        if allowed:
            with (self.folder / "authorized_keys").open("a") as keys:
                keys.write((self.folder / f"{name}.pub").read_text())
        return (self.folder / name).read_text()

    def start(self):
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "config"], stdin=subprocess.DEVNULL, stderr=log)
        eventually(self.answers)

    def answers(self):
        with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            return connection.recv(4) == b"SSH-"

    def stop(self):
        """Who is connected stays so."""
        self.process.terminate()
        self.process.wait(10)

    @property
    def vars(self):
        """Of a host of an inventory that is this server. One that is not root may not give away terminals."""
        return {"ansible_ssh_use_tty": os.geteuid() == 0, "ansible_host": "127.0.0.1", "ansible_port": self.port, "ansible_user": self.account,
                "ansible_ssh_private_key_file": self.key,
                "ansible_python_interpreter": "/usr/bin/python3", "ansible_remote_tmp": f"{self.folder}/home/tmp", "place": f"{self.folder}/home"}

    def url(self, repository):
        """Of a git repository on that machine."""
        return f"ssh://{self.account}@127.0.0.1:{self.port}{repository.folder}"
