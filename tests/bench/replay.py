#!/usr/bin/python3
"""Stands in for ansible and ansible-playbook where lines shall come as fast as they are taken: the fake Ansible (tests/http/fake_ansible)
makes each of them, and that takes its time. An argument with "replay=PATH" prints that file, after a line that tells when it began,
T<seconds since the epoch>, and stays as long as there is a file PATH.stay; else it is the fake."""
import os
import re
import shutil
import sys
import time

import fake

EVERY = 0.1


def replay(path):
    os.write(1, f"T{time.time():.6f}\n".encode())
    with open(path, "rb") as recorded, open(1, "wb", buffering=0, closefd=False) as out:
        shutil.copyfileobj(recorded, out, 1 << 16)
    while os.path.exists(path + ".stay"):
        time.sleep(EVERY)


if __name__ == "__main__":
    recorded = re.search(r"replay=([^\s\"'}]+)", " ".join(sys.argv))
    replay(recorded[1]) if recorded else fake.main()
