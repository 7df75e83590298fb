"""LINE Login v2.1 as its reference describes it, on this machine: `python -m tests.accounts.line_server PORT`.

The person who agrees is named by the `as` parameter of the authorize request. PKCE and the secret are checked.
"""

import base64
import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CHANNEL, SECRET = "1650000001", "line-channel-secret-of-32-characters"
codes: dict[str, dict[str, str]] = {}


class Line(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path != "/oauth2/v2.1/authorize":
            return self.answer(404, {})
        wanted = ("client_id", "redirect_uri", "state", "code_challenge")
        if missing := [name for name in wanted if not query.get(name)]:
            return self.answer(400, {"error": f"missing {missing}"})
        code = f"code-{len(codes)}"
        codes[code] = query
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
        self.end_headers()
        return None

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = codes.pop(form.get("code", ""), None)
        if self.path != "/oauth2/v2.1/token" or asked is None or not self.proves(form, asked):
            return self.answer(400, {"error": "invalid_grant"})
        secret = "forged" * 6 if asked.get("as") == "forged" else SECRET
        audience = "another-channel" if asked.get("as") == "stray" else CHANNEL
        now = int(time.time())
        age = 7200 if asked.get("as") == "stale" else 0
        claims = {
            "iss": f"http://{self.headers['Host']}",
            "sub": f"U{asked.get('as', 'someone')}",
            "aud": audience,
            "iat": now - age,
            "exp": now - age + 3600,
            "name": "ชื่อในไลน์",
            "picture": "https://profile.example/picture",
        }
        token = jwt.encode(claims, secret, algorithm="HS256")
        return self.answer(200, {"access_token": "a", "expires_in": 2592000, "id_token": token, "token_type": "Bearer"})

    def proves(self, form: dict[str, str], asked: dict[str, str]) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            form.get("client_secret") == SECRET
            and form.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )

    def answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Line).serve_forever()
