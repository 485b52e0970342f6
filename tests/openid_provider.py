"""A real OpenID provider as a process of its own: idpyoidc behind a small HTTP server.

``python -m tests.openid_provider PORT ADDRESS`` serves the users below for the client at ADDRESS.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.page_forms import PASSWORD
from tests.servers import Part, wait_until

CLIENT_ID, CLIENT_SECRET = "sialoscope", "a secret of forty characters for the two"
ACR = "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword"
USERS: dict[str, dict[str, Any]] = {
    "grace": {"email": "grace@lab.example", "email_verified": True, "groups": ["lab", "heads"]},
    "hedy": {"email": "hedy@lab.example", "email_verified": True, "groups": ["heads"]},
    "linus": {"email": "linus@lab.example", "email_verified": True, "groups": ["lab"]},
    "vicky": {"email": "vicky@lab.example", "email_verified": False, "groups": ["auditors"]},
    "mallory": {"email": "bert@lab.example", "email_verified": True, "groups": ["lab"]},
    "oscar": {"email": "oscar@lab.example", "email_verified": True, "groups": ["visitors"]},
}
TOKEN = re.compile(r'name="token" value="([^"]+)"')
LOGIN = """<!doctype html><html lang="en"><title>Lab Login</title><h1>Log in at the lab</h1>
<form method="post" action="/verify"><input type="hidden" name="token" value="{{ token }}">
<label>Name <input name="username"></label>
<label>Password <input name="password" type="password"></label><button>Go on</button></form>"""


def settings_of(issuer: str) -> dict[str, str]:
    """The settings of a server whose users sign in by this provider."""
    return {
        "SIALOSCOPE_ACCOUNTS": "true",
        "SIALOSCOPE_OIDC_ISSUER": issuer,
        "SIALOSCOPE_OIDC_NAME": "Lab Login",
        "SIALOSCOPE_OIDC_CLIENT_ID": CLIENT_ID,
        "SIALOSCOPE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "SIALOSCOPE_OIDC_ROLES": "heads=admin,auditors=viewer,lab=user",
    }


def sign_in(browser: httpx.Client, user: str, *, after: str = "", fresh: bool = False) -> Any:  # noqa: ANN401
    """Sign in at a server by its provider, as a browser does; return the last page."""
    asked = browser.get("/login/sign-on", params={"next": after, "fresh": fresh})
    return log_in_at_provider(browser, asked, user)


def log_in_at_provider(browser: httpx.Client, page: httpx.Response, user: str) -> httpx.Response:
    """Fill in the form of the provider, if it shows one."""
    token = TOKEN.search(page.text)
    if token is None:
        return page
    form = {"token": token[1], "username": user, "password": PASSWORD}
    return browser.post(str(page.url.join("/verify")), data=form)


def expel(issuer: str, user: str) -> list[int]:
    """End all sessions of a user at the provider, as an administrator there does.

    The provider tells its client twice; returns how the client answered the second time.
    """
    answer = httpx.post(f"{issuer}/expel", data={"username": user}, timeout=60)
    again: list[int] = answer.raise_for_status().json()
    return again


@contextmanager
def running_provider(port: int, client_address: str) -> Iterator[str]:
    """Run the provider, and yield its issuer."""
    issuer = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "tests.openid_provider", str(port), client_address]
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            ) as process,
        ):
            try:
                wait_until(lambda: _answers(issuer), parts=[Part(process, log)])
                yield issuer
            finally:
                process.terminate()


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200
    except httpx.TransportError:
        return False


def make_provider(issuer: str, client_address: str, folder: Path) -> Any:  # noqa: ANN401
    """The provider, with its keys in memory."""
    from idpyoidc.server import Server
    from idpyoidc.server.configure import OPConfiguration

    (folder / "passwords.json").write_text(json.dumps(dict.fromkeys(USERS, PASSWORD)))
    (folder / "user_pass.jinja2").write_text(LOGIN)
    provider = Server(OPConfiguration(_configuration(issuer, folder)), cwd=str(folder))
    provider.context.cdb[CLIENT_ID] = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "client_salt": "salt",
        "redirect_uris": [(f"{client_address}/login/sign-on/done", {})],
        "post_logout_redirect_uri": (f"{client_address}/login", {}),
        "backchannel_logout_session_required": True,
        "backchannel_logout_uri": f"{client_address}/login/sign-on/logout",
        "token_endpoint_auth_method": "client_secret_basic",
        "response_types_supported": ["code"],
        "allowed_scopes": ["openid", "email", "profile"],
    }
    # A logout comes from a browser, without a proof of the client, which idpyoidc 5 expects.
    provider.endpoint["session"].client_authentication = lambda *_, **__: {}
    provider.keyjar.add_symmetric(CLIENT_ID, CLIENT_SECRET)
    # By this name idpyoidc 5 looks whether ID tokens carry the session.
    provider.context.provider_info["backchannel_logout_session_supported"] = True
    return provider


def _configuration(issuer: str, folder: Path) -> dict[str, Any]:
    of_server, symmetric = "idpyoidc.server.", {"type": "OCT", "use": ["enc"]}
    keys = [symmetric | {"kid": kid} for kid in ("password", "salt")]
    users = {"class": of_server + "util.JSONDictDB"}
    users["kwargs"] = {"filename": str(folder / "passwords.json")}  # type: ignore[assignment]
    return {
        "issuer": issuer,
        "template_dir": str(folder),
        "key_conf": {
            "key_defs": [
                {"type": "RSA", "use": ["sig"]},
                {"type": "EC", "crv": "P-256", "use": ["sig"]},
            ],
            "uri_path": "jwks.json",
        },
        "cookie_handler": {
            "class": of_server + "cookie_handler.CookieHandler",
            "kwargs": {
                "keys": {"key_defs": [symmetric, symmetric | {"use": ["sig"]}]},
                "name": {"session": "op", "register": "op_rp", "session_management": "sman"},
            },
        },
        "token_handler_args": {
            "jwks_def": {"key_defs": [symmetric | {"type": "oct", "bytes": "24", "kid": "code"}]},
            "code": {"kwargs": {"lifetime": 600}},
            "token": {"class": of_server + "token.jwt_token.JWTToken", "kwargs": {"lifetime": 600}},
            "id_token": {"class": of_server + "token.id_token.IDToken", "kwargs": {}},
        },
        "session_params": {"encrypter": {"kwargs": {"keys": {"key_defs": keys}}}},
        "endpoint": {
            path: {"path": address, "class": of_server + kind, "kwargs": options}
            for path, address, kind, options in _endpoints()
        },
        "add_on": {
            "pkce": {
                "function": of_server + "oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
            }
        },
        "authentication": {
            "user": {
                "acr": ACR,
                "class": of_server + "user_authn.user.UserPassJinja2",
                "kwargs": {"template": "user_pass.jinja2", "db": users},
            }
        },
        "userinfo": {"class": of_server + "user_info.UserInfo", "kwargs": {"db": USERS}},
        "scopes_to_claims": {
            "openid": ["sub"],
            "profile": ["groups"],
            "email": ["email", "email_verified"],
        },
    }


def _endpoints() -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (
            "provider_info",
            ".well-known/openid-configuration",
            "oidc.provider_config.ProviderConfiguration",
            {"client_authn_method": None},
        ),
        (
            "authorization",
            "authorization",
            "oidc.authorization.Authorization",
            {"client_authn_method": None, "response_types_supported": ["code"]},
        ),
        (
            "token",
            "token",
            "oidc.token.Token",
            {"client_authn_method": ["client_secret_basic", "client_secret_post"]},
        ),
        ("userinfo", "userinfo", "oidc.userinfo.UserInfo", {}),
        (
            "session",
            "session",
            "oidc.session.Session",
            {
                "logout_verify_url": "verify_logout",
                "post_logout_uri_path": "post_logout",
                "signing_alg": "ES256",
            },
        ),
    ]


class Pages(BaseHTTPRequestHandler):
    """Carries requests to the provider and its answers back."""

    provider: Any
    sessions: ClassVar[dict[str, list[str]]] = {}

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        path = parts.path.strip("/")
        if path == "jwks.json":
            self._send(200, self.provider.keyjar.export_jwks_as_json(), "application/json")
        elif path == "verify_logout":
            self._log_out(query["sjwt"])
        else:
            self._ask(path, query)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        form = dict(parse_qsl(self.rfile.read(length).decode()))
        if self.path == "/verify":
            self._verify(form)
        elif self.path == "/expel":
            self._expel(form["username"])
        else:
            self._ask(self.path.strip("/"), form)

    def _ask(self, path: str, values: dict[str, str]) -> None:
        named = {each.endpoint_path.strip("/"): each for each in self.provider.endpoint.values()}
        endpoint = named[path]
        known = {"headers": {"authorization": self.headers.get("authorization", "")}}
        known |= {"cookie": self._cookies()}  # type: ignore[dict-item]
        try:
            request = endpoint.parse_request(values, http_info=known)
            if "error" in request:
                self._send(400, request.to_json(), "application/json")
                return
            found = endpoint.process_request(request, http_info=known)
        except Exception as error:  # noqa: BLE001 - as a server does
            self._send(400, json.dumps({"error": str(error)}), "application/json")
            return
        if "http_response" in found:
            self._send(200, found["http_response"], "text/html")
        elif "redirect_location" in found:
            self._redirect(found["redirect_location"], [])
        else:
            self._answer(endpoint, request, found)

    def _verify(self, form: dict[str, str]) -> None:
        from idpyoidc.message.oidc import AuthorizationRequest
        from idpyoidc.server.exception import FailedAuthentication

        method = self.provider.context.authn_broker.get_method_by_id("user")
        try:
            user = method.verify(**form)
        except FailedAuthentication:
            self._send(403, "Wrong password", "text/plain")
            return
        given = method.unpack_token(form["token"])
        request = AuthorizationRequest().from_urlencoded(given["query"])
        endpoint = self.provider.endpoint["authorization"]
        acr, at = given["authn_class_ref"], given["iat"]
        session = endpoint.create_session(request, user, acr, at, method)
        self.sessions.setdefault(form["username"], []).append(session)
        self._answer(endpoint, request, endpoint.authz_part2(request=request, session_id=session))

    def _expel(self, user: str) -> None:
        """End all sessions of a user, and tell the client by its back channel, each time twice."""
        again, context = [], self.provider.context
        call = context.httpc

        def call_twice(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            answer = call(*arguments, **options)
            again.append(call(*arguments, **options).status_code)
            return answer

        context.httpc = call_twice
        for session in self.sessions.pop(user, []):
            self.provider.endpoint["session"].do_verified_logout(sid=session)
        context.httpc = call
        self._send(200, json.dumps(again), "application/json")

    def _log_out(self, signed: str) -> None:
        endpoint = self.provider.endpoint["session"]
        given = endpoint.unpack_signed_jwt(signed)
        endpoint.do_verified_logout(sid=given["sid"])
        self._redirect(given["redirect_uri"], endpoint.kill_cookies())

    def _answer(self, endpoint: Any, request: Any, found: Any) -> None:  # noqa: ANN401
        answer = endpoint.do_response(request=request, **found)
        cookies = answer.get("cookie", found.get("cookie", []))
        placement = answer.get("response_placement") or endpoint.response_placement
        if placement == "url":
            self._redirect(answer["response"], cookies)
            return
        status = 400 if "error" in found else 200
        self._send(status, answer["response"], "application/json")

    def _cookies(self) -> list[dict[str, str]]:
        pairs = [each.strip().partition("=") for each in self.headers.get("cookie", "").split(";")]
        return [
            {"name": name, "value": value}
            for name, _, value in pairs
            if value and name.startswith("op")
        ]

    def _redirect(self, address: str, cookies: list[dict[str, Any]]) -> None:
        self.send_response(303)
        self.send_header("Location", address)
        for each in cookies:
            age = f"; Max-Age={each['max-age']}" if "max-age" in each else ""
            self.send_header("Set-Cookie", f"{each['name']}={each['value']}; Path=/{age}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    port, client_address = int(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        Pages.provider = make_provider(f"http://127.0.0.1:{port}", client_address, Path(folder))
        ThreadingHTTPServer(("127.0.0.1", port), Pages).serve_forever()


if __name__ == "__main__":
    main()
