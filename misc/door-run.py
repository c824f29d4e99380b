#!/usr/bin/env python3
"""Runs a door for one caller, and ends it with everything that it started.

    door-run.py JSON

JSON is an object: argv (list), cwd, io ("pty" or "socket"), columns, rows, cpuSeconds, memoryBytes, files
(0: no limit). The door's bytes go over file descriptor 3, which is open in both directions; its end is the end
of the call. Lines "COLUMNS ROWS" on descriptor 4 change the size of the terminal. With io "socket" the door
finds its own way to the caller, and descriptor 3 is only the sign that the call goes on.

The exit code is the door's; 126 where it could not be started. Nothing is given to a shell.
"""
import ctypes
import fcntl
import json
import os
import pty
import resource
import select
import signal
import struct
import sys
import termios
import time

DATA, CONTROL = 3, 4
PIECE = 16384
END_SECONDS = 2.0
PR_SET_CHILD_SUBREAPER = 36


def set_limits(job):
    for name, key in (("RLIMIT_CPU", "cpuSeconds"), ("RLIMIT_AS", "memoryBytes"), ("RLIMIT_NOFILE", "files")):
        most = job.get(key) or 0
        if most > 0:
            resource.setrlimit(getattr(resource, name), (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def set_size(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def start(job):
    """Returns the door's process and the terminal's other end, None with io "socket"."""
    own_errors = os.dup(2)
    if job["io"] == "pty":
        pid, master = pty.fork()
    else:
        pid, master = os.fork(), None
    if pid != 0:
        return pid, master
    try:
        if master is None:
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
        else:
            set_size(0, job["columns"], job["rows"])
        os.closerange(3, own_errors)
        os.closerange(own_errors + 1, 256)
        for each in (signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        os.chdir(job["cwd"])
        set_limits(job)
        os.execvp(job["argv"][0], job["argv"])
    except OSError as error:
        os.write(own_errors, ("%s: %s\n" % (job["argv"][0], error.strerror)).encode())
    os._exit(126)


def children():
    """Processes whose parent is this one: with the subreaper's mark, all that the door left behind too."""
    own = str(os.getpid())
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, "rb") as file:
                fields = file.read().rsplit(b")", 1)[1].split()
        except OSError:
            continue
        if fields[1].decode() == own:
            found.append(int(name))
    return found


def signal_children(number):
    """Signals each of them, and its process group where that is the door's."""
    for pid in children():
        try:
            group = os.getpgid(pid)
            if group != os.getpgrp():
                os.killpg(group, number)
            os.kill(pid, number)
        except OSError:
            pass


def end_all():
    """Ends whatever of the door is left, group or not, by signals that grow harsher."""
    for number, seconds in ((signal.SIGHUP, 0.2), (signal.SIGTERM, END_SECONDS), (signal.SIGKILL, END_SECONDS)):
        signal_children(number)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
            except ChildProcessError:
                return
            if number == signal.SIGKILL:
                # Those whose parents have just ended are children now.
                signal_children(number)
            time.sleep(0.02)


def status_soon(pid):
    """The door's status; None where it goes on without its terminal."""
    until = time.monotonic() + END_SECONDS
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done == pid:
            return status
        time.sleep(0.02)
    return None


def write_some(fd, piece):
    """Returns what the other side has not taken."""
    try:
        return piece[os.write(fd, piece):]
    except BlockingIOError:
        return piece


def relay(pid, master):
    """Passes bytes until the door or the call ends; returns the door's status where it ended by itself."""
    poll = select.poll()
    poll.register(CONTROL, select.POLLIN)
    to_door = to_caller = control = b""
    # Neither side may hold the runner up: it must see the end of the call.
    for fd in (DATA, master):
        if fd is not None:
            os.set_blocking(fd, False)
    while True:
        wants = select.POLLIN if len(to_door) < PIECE else 0
        poll.register(DATA, wants | (select.POLLOUT if to_caller else 0))
        if master is not None:
            wants = 0 if to_caller else select.POLLIN
            poll.register(master, wants | (select.POLLOUT if to_door else 0))
        ready = dict(poll.poll(250))
        if ready.get(DATA, 0) & (select.POLLHUP | select.POLLERR):
            return None
        if not to_caller and ready.get(master, 0) & (select.POLLIN | select.POLLHUP):
            try:
                to_caller = os.read(master, PIECE)
            except BlockingIOError:
                continue
            except OSError:
                to_caller = b""
            if not to_caller:
                return status_soon(pid)
        if to_caller:
            to_caller = write_some(DATA, to_caller)
        if to_door and ready.get(master, 0) & select.POLLOUT:
            to_door = write_some(master, to_door)
        if ready.get(DATA, 0) & select.POLLIN:
            typed = os.read(DATA, PIECE)
            if not typed:
                return None
            if master is not None:
                to_door += typed
        if ready.get(CONTROL, 0):
            piece = os.read(CONTROL, 256)
            if not piece:
                poll.unregister(CONTROL)
            *lines, control = (control + piece).split(b"\n")
            if lines and master is not None:
                columns, rows = lines[-1].split()
                set_size(master, int(columns), int(rows))
        if master is None:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done == pid:
                return status


def end_call(*_):
    raise InterruptedError


def main():
    job = json.loads(sys.argv[1])
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    pid, master = start(job)
    signal.signal(signal.SIGTERM, end_call)
    status = None
    try:
        status = relay(pid, master)
    except OSError:
        pass
    finally:
        end_all()
    if status is None:
        return 0
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


sys.exit(main())
