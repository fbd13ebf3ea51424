"""Installs and runs a Milvus server for tests: see MilvusServer.java.

  milvus_server.py install FOLDER            the server's files from the PyPI wheel, once
  milvus_server.py run FOLDER DATA PORT      the server, until standard input ends

The server listens on nine ports of every interface. So it runs in a network namespace of its own, where there is nothing
but loopback, and sees a /run of its own, where it locks a file that all servers of a machine share otherwise. This process was in the caller's namespace when it bound PORT of 127.0.0.1, and a socket stays in the
namespace that it was made in: it passes connections from there to the server. When it ends, however it ends, the
kernel kills the server, and the namespaces go with their last process.
"""

import ctypes
import fcntl
import lzma
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile

WHEEL = "milvus==2.3.5 --hash=sha256:69515a0630ce29fd10e101fa442afea8ca1387b93a456cd9bd41fdf3deb93d04"
INNER_PORT = 19530
CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

libc = ctypes.CDLL(None, use_errno=True)


def fail(sentence):
    print(sentence, flush=True)
    sys.exit(1)


def install(folder):
    if os.path.isdir(folder):
        return
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as scratch:
        requirements = os.path.join(scratch, "requirements.txt")
        with open(requirements, "w", encoding="utf-8") as file:
            file.write(WHEEL + "\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        done = subprocess.run(
            pip + ["--require-hashes", "-d", scratch, "-r", requirements],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        wheels = [name for name in os.listdir(scratch) if name.endswith(".whl")]
        if done.returncode != 0 or not wheels:
            fail("pip could not download milvus==2.3.5: " + done.stdout.strip().replace("\n", " "))
        unpacked = os.path.join(scratch, "server")
        os.mkdir(unpacked)
        with zipfile.ZipFile(os.path.join(scratch, wheels[0])) as wheel:
            for name in wheel.namelist():
                if name.startswith("milvus/data/bin/") and name.endswith(".lzma"):
                    target = os.path.join(unpacked, os.path.basename(name)[: -len(".lzma")])
                    with wheel.open(name) as packed, lzma.open(packed) as plain, open(target, "wb") as file:
                        shutil.copyfileobj(plain, file)
                    os.chmod(target, 0o755)
        try:
            os.rename(unpacked, folder)
        except OSError:
            if not os.path.isdir(folder):
                raise


def enter_namespaces():
    """Of network and mounts; of users too for who may not make them otherwise."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS | (0 if user == 0 else CLONE_NEWUSER)) != 0:
        fail("a network namespace can't be made here: " + os.strerror(ctypes.get_errno()))
    if user != 0:
        for name, line in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open("/proc/self/" + name, "w", encoding="ascii") as file:
                file.write(line)
    if (
        libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) != 0
        or libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None) != 0
    ):
        fail("/run can't be mounted anew here: " + os.strerror(ctypes.get_errno()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def configure(data):
    """What differs from the server's defaults: everything in one process and one folder."""
    os.makedirs(os.path.join(data, "configs"), exist_ok=True)
    with open(os.path.join(data, "configs", "glog.conf"), "w", encoding="utf-8") as file:
        file.write("--logtostderr=true\n--minloglevel=2\n")  # without this file the server ends in silence
    with open(os.path.join(data, "configs", "milvus.yaml"), "w", encoding="utf-8") as file:
        file.write(f"""
etcd:
  use:
    embed: true
  data:
    dir: {data}/etcd
localStorage:
  path: {data}/files
mq:
  type: rocksmq
rocksmq:
  path: {data}/rocksmq
proxy:
  port: {INNER_PORT}
rootCoord:
  port: 53100
queryCoord:
  port: 19531
  checkInterval: 200
  distPullInterval: 100
  UpdateNextTargetInterval: 1
queryNode:
  port: 21123
indexNode:
  port: 21121
dataCoord:
  port: 13333
dataNode:
  port: 21124
common:
  storageType: local
  session:
    ttl: 5
log:
  level: warn
""")


def run(folder, data, port):
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    enter_namespaces()
    configure(data)
    environment = dict(
        os.environ,
        LD_LIBRARY_PATH=folder,
        DEPLOY_MODE="STANDALONE",
        MILVUSCONF=os.path.join(data, "configs"))
    with open(os.path.join(data, "milvus.log"), "ab") as log:
        server = subprocess.Popen(
            [os.path.join(folder, "milvus"), "run", "standalone"],
            cwd=data, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    threading.Thread(target=lambda: os._exit(server.wait() or 1), daemon=True).start()
    while True:
        outer, _ = listener.accept()
        threading.Thread(target=connect, args=(outer,), daemon=True).start()


def connect(outer):
    with outer:
        try:
            inner = socket.create_connection(("127.0.0.1", INNER_PORT))
        except OSError:
            return
        with inner:
            back = threading.Thread(target=forward, args=(inner, outer), daemon=True)
            back.start()
            forward(outer, inner)
            back.join()


def forward(source, target):
    try:
        while data := source.recv(1 << 18):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


if __name__ == "__main__":
    if sys.argv[1] == "install":
        install(os.path.abspath(sys.argv[2]))
    else:
        run(os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3]), int(sys.argv[4]))
