"""The nginx of deploy/nginx.conf in front of a server, without TLS, where nginx is installed."""

import getpass
import re
import resource
import shutil
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .server import ROOT, Server, free_port

FRAME = """daemon off; user {user}; worker_processes 2; worker_rlimit_nofile {files};
pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 16000; }}
http {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; default_type text/html;
{conf} }}
"""


@dataclass
class Proxy(Server):
    behind: Server | None = None

    def cpu_seconds(self) -> float:
        """Its own, and that of what stands behind it."""
        return super().cpu_seconds() + (self.behind.cpu_seconds() if self.behind else 0)


def start_proxy(folder: Path, behind: Server) -> Proxy | None:
    nginx = shutil.which("nginx")
    if nginx is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    path = folder / "nginx.conf"
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    conf = adapted(folder, behind.port, port)
    path.write_text(FRAME.format(folder=folder, user=getpass.getuser(), files=files, conf=conf))
    process = subprocess.Popen([nginx, "-e", str(folder / "error.log"), "-c", str(path)])
    proxy = Proxy(process, port, behind=behind)
    for _ in range(100):
        try:
            urllib.request.urlopen(proxy.address + "/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return proxy
    raise TimeoutError(nginx)


def adapted(folder: Path, behind: int, port: int) -> str:
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = re.sub(r"server \{\s+listen 80;.*?\n\}", "", text, flags=re.DOTALL)  # the way to https
    text = re.sub(r"\n\s+(ssl_|listen \[)[^\n]*", "", text)
    text = text.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
    text = text.replace("server 127.0.0.1:8000", f"server 127.0.0.1:{behind}")
    return re.sub("/var/log/nginx|/var/cache/nginx|/srv/cops/var", str(folder), text)
