"""A Home Assistant seen from outside: its REST and websocket interfaces, as the frontend uses them."""

from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse

USER = "demo"
PASSWORD = "demo"  # noqa: S105 - printed for everybody; it opens nothing but this machine

type Json = dict[str, Any]


class DemoError(Exception):
    """The demo cannot go on; the text is for the person who started it."""


class Client:
    """One signed-in session, an asynchronous context manager."""

    def __init__(self, url: str) -> None:
        """Remember the address, without a slash at its end."""
        self.url = url
        self._session = ClientSession(timeout=ClientTimeout(total=120))
        self._socket: ClientWebSocketResponse | None = None
        self._last_id = 0

    async def __aenter__(self) -> Self:
        """Return the client; `sign_in` comes next."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    async def is_up(self) -> bool:
        """Return whether the web server answers."""
        try:
            async with self._session.get(f"{self.url}/manifest.json") as answer:
                return answer.status == 200
        except ClientError, TimeoutError:
            return False

    async def post(self, path: str, body: Json) -> Json:
        """Send JSON, return the JSON that comes back."""
        async with self._session.post(self.url + path, json=body) as answer:
            if answer.status >= 400:
                text = (await answer.text())[:300]
                raise DemoError(f"POST {path} answered {answer.status}: {text}")
            content: Json = await answer.json()
            return content

    async def delete(self, path: str) -> None:
        """Delete what the path names."""
        async with self._session.delete(self.url + path) as answer:
            answer.raise_for_status()

    async def sign_in(self) -> None:
        """Make the demo's user on a new instance, or sign in on an older one."""
        steps = await self._onboarding()
        client_id = f"{self.url}/"
        if steps.get("user") is False:
            owner = {
                "client_id": client_id,
                "name": "Demo",
                "username": USER,
                "password": PASSWORD,
                "language": "en",
            }
            code = (await self.post("/api/onboarding/users", owner))["auth_code"]
        else:
            code = await self._login_code(client_id)
        grant = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
        }
        async with self._session.post(f"{self.url}/auth/token", data=grant) as answer:
            answer.raise_for_status()
            token = (await answer.json())["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._socket = await self._session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        )
        await self._socket.receive_json()
        await self._socket.send_json({"type": "auth", "access_token": token})
        await self._socket.receive_json()

    async def _onboarding(self) -> dict[str, bool]:
        """Return which steps are done; the view is gone once all are."""
        async with self._session.get(f"{self.url}/api/onboarding") as answer:
            if answer.status == 404:
                return {}
            return {step["step"]: step["done"] for step in await answer.json()}

    async def _login_code(self, client_id: str) -> str:
        flow = await self.post(
            "/auth/login_flow",
            {
                "client_id": client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": client_id,
            },
        )
        result = await self.post(
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": client_id, "username": USER, "password": PASSWORD},
        )
        if result["type"] != "create_entry":
            raise DemoError(
                f"the demo's user is not {USER}/{PASSWORD} any more; --fresh starts over"
            )
        code: str = result["result"]
        return code

    async def command(self, command: str, **arguments: Any) -> Any:
        """Send a websocket command and return its result."""
        if self._socket is None:
            raise DemoError("not signed in")
        self._last_id += 1
        await self._socket.send_json(
            {"id": self._last_id, "type": command, **arguments}
        )
        while True:
            message = await self._socket.receive_json(timeout=120)
            if message.get("id") == self._last_id and message["type"] == "result":
                if not message["success"]:
                    raise DemoError(f"{command}: {message['error']['message']}")
                return message["result"]
