"""The broker: who comes in, what one may hear and say, and that it goes and comes back."""

import asyncio
from contextlib import suppress
import logging
from pathlib import Path
import shutil
import socket
from typing import Any

import aiohttp
import aiomqtt
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.habitat.simulator.core.clock import ManualClock
from custom_components.habitat.simulator.farmbot.broker import (
    LOGINS,
    WINDOW,
    ExternalBroker,
    NoBroker,
)
from custom_components.habitat.simulator.farmbot.server import RPC_HEADER

from .conftest import Client, Serve, Talk

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


async def refused(client: Client, **changed: Any) -> str:
    """Return how the broker refuses a login."""
    with pytest.raises(aiomqtt.MqttError) as error:
        async with client.mqtt(**changed):
            pass
    return str(error.value)


async def test_logins(client: Client) -> None:
    """The user is the robot's name, the password a token that is good."""
    assert "Not authorized" in await refused(client, password="wrong")
    assert "Not authorized" in await refused(client, username="device_215")
    assert "Not authorized" in await refused(client, username=None, password=None)
    async with client.mqtt():
        pass
    assert client.cloud.gate.accepted["device_214"] == 2
    client.cloud.expire_tokens()
    assert "Not authorized" in await refused(client)
    await client.log_in()
    client.cloud.gate.refuse = True
    assert "Not authorized" in await refused(client)
    assert client.cloud.gate.refused["device_214"] == 3


async def test_too_many_logins(client: Client, clock: ManualClock) -> None:
    """The robot's own counts; above the limit everybody is refused until the time is over."""
    for _ in range(LOGINS - 1):
        async with client.mqtt():
            pass
    assert "Not authorized" in await refused(client)
    clock.advance(WINDOW)
    async with client.mqtt():
        pass
    client.cloud.gate.forgive()
    async with client.mqtt():
        pass


async def test_topics(client: Client) -> None:
    """Everything beneath one's own robot, and what is said to all."""
    async with client.mqtt() as mqtt:
        answers = [
            await mqtt.subscribe(topic)
            for topic in (
                "bot/device_214/#",
                "bot/device_214/sync/#",
                "public_broadcast",
                "bot/device_215/#",
                "bot/#",
                "#",
                "bot/device_214/secrets",
            )
        ]
        codes = [_value(code) for answer in answers for code in answer]
        assert codes == [0, 0, 0, 128, 128, 128, 128]
        await mqtt.publish("bot/device_215/from_clients", "{}")
        await mqtt.publish("bot/device_214/ping/1", "1")
        async with asyncio.timeout(5):
            while not client.cloud.said("ping/1"):
                await asyncio.sleep(0.01)
        assert not client.cloud.said("device_215")


def _value(code: Any) -> int:
    return int(getattr(code, "value", code))


async def test_sync(client: Client, talk: Talk) -> None:
    """Every write is told with its label; what is gone is null."""
    label = {RPC_HEADER: "mine"}
    _, made = await client.ask("POST", "tools", {"name": "Hoe"}, **label)
    topic = f"sync/Tool/{made['id']}"
    message = await talk.until(lambda it, _: it == topic)
    assert message == {
        "args": {"label": "mine"},
        "body": {**made, "status": "inactive"},
    }
    await client.ask("DELETE", f"tools/{made['id']}")
    await talk.until(lambda it, document: it == topic and document["body"] is None)
    # The robot says that it took notice.
    assert await talk.reply("mine") is None


async def test_what_is_not_told(client: Client, talk: Talk) -> None:
    """The settings of the web app, results of the wizard, and logs are no sync messages."""
    await client.ask("PATCH", "web_app_config", {"map_size_x": 3000})
    await client.ask("POST", "wizard_step_results", {"slug": "motors"})
    await client.ask("POST", "logs", {"message": "Hello"})
    log = await talk.until(lambda topic, _: topic == "logs")
    assert (log["message"], "id" in log) == ("Hello", False)
    assert isinstance(log["created_at"], int)
    assert not [topic for topic in talk.topics() if topic.startswith("sync")]


async def test_image_is_told_twice(client: Client, talk: Talk) -> None:
    """When it is there, and when it was processed."""
    image = {"attachment_url": "https://example.com/x.jpg"}
    _, made = await client.ask("POST", "images", dict(image))
    topic = f"sync/Image/{made['id']}"
    done = await talk.until(
        lambda it, message: it == topic and message["body"]["attachment_processed_at"]
    )
    assert done["body"]["attachment_url"] == image["attachment_url"]
    assert talk.topics().count(topic) == 2


async def test_anything_can_be_published(client: Client, talk: Talk) -> None:
    """Documents and bytes, with their size in the log."""
    client.cloud.publish("bot/device_214/sync/Moon/1", {"body": 1})
    await talk.until(lambda topic, _: topic == "sync/Moon/1")
    client.cloud.publish("bot/device_214/status", b"{}")
    await talk.until(lambda topic, _: topic == "status")
    sizes = {message.topic: message.size for message in client.cloud.messages}
    assert sizes["bot/device_214/sync/Moon/1"] == len(b'{"body":1}')


async def test_loss_and_return(client: Client) -> None:
    """The port stays, the robot comes back by itself, and so may others."""
    address = client.cloud.broker.address

    async def listen() -> None:
        async with client.mqtt() as mqtt:
            await mqtt.subscribe("bot/device_214/#")
            await client.cloud.broker.stop()
            await anext(aiter(mqtt.messages))

    with pytest.raises(aiomqtt.MqttError):
        await listen()
    assert "refused" in await refused(client)
    assert not client.cloud.robot.connected.is_set()
    client.cloud.robot.say("status", {})
    await client.cloud.broker.start()
    assert client.cloud.broker.address == address
    await client.cloud.connected()
    async with client.talk() as talk:
        client.cloud.robot.tell()
        await talk.until(lambda topic, _: topic == "status")


async def test_the_end_comes_while_connecting(client: Client) -> None:
    """Nothing complains when the cloud was only there for a moment."""
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    for _ in range(3):
        await client.cloud.stop()
        await client.cloud.start()
    await client.cloud.stop()
    await asyncio.sleep(0.05)
    assert complaints == []


async def test_silence_is_borne(
    freezer: FrozenDateTimeFactory, client: Client, talk: Talk
) -> None:
    """Hours that pass at once drop no client, and leave nobody mute."""
    for turn in range(30):
        client.cloud.robot.state.uptime = turn
        freezer.tick(3600)
        client.cloud.robot.tell()
        freezer.tick(3600)
        await asyncio.sleep(0)
    client.cloud.robot.state.uptime = -1
    # Whoever had to connect again does so in real time.
    await client.cloud.connected()
    client.cloud.robot.tell()
    await talk.until(
        lambda topic, it: (
            topic == "status" and it["informational_settings"]["uptime"] == -1
        )
    )
    assert client.cloud.gate.accepted["device_214"] == 2


async def test_quiet(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """It fills no log, whatever the level of the whole is."""
    caplog.set_level(logging.DEBUG)
    async with client.talk() as talk:
        client.cloud.robot.tell()
        await talk.until(lambda topic, _: topic == "status")
    assert await refused(client, password="wrong")
    said = [item for item in caplog.records if "simulator" in item.name]
    assert said == []


async def test_rubbish_does_no_harm(client: Client) -> None:
    """Neither what is no MQTT, nor connections that say nothing."""
    for raw in (b"GET / HTTP/1.1\r\n\r\n", b"", b"\x10\xff\xff\xff\xff"):
        reader, writer = await asyncio.open_connection(*client.cloud.broker.address)
        writer.write(raw)
        writer.write_eof()
        with suppress(OSError):
            async with asyncio.timeout(5):
                await reader.read()
        writer.close()
    async with client.talk() as talk:
        client.cloud.robot.tell()
        await talk.until(lambda topic, _: topic == "status")


async def test_nothing_is_left(client: Client) -> None:
    """After the end no task runs any more, however many were connected."""
    async with client.mqtt():
        await client.cloud.stop()
    await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert [task for task in left if "server" not in repr(task).lower()] == []
    await client.cloud.stop()


async def test_without_a_broker(serve: Serve) -> None:
    """The cloud runs on, and its tokens name a port where nobody listens."""
    client = await serve(broker=NoBroker())
    claims = (await client.log_in())[1]["token"]["unencoded"]
    assert (claims["mqtt"], claims["mqtt_port"]) == ("127.0.0.1", 9)
    assert (await client.get("device"))["id"] == 214
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.http.ws_connect(claims["mqtt_ws"])


@pytest.fixture
def mosquitto(socket_enabled: None, tmp_path: Path) -> tuple[list[str], int]:
    """Return how a broker of somebody else is run, and on which port."""
    if not Path(MOSQUITTO).exists():
        pytest.skip("There is no mosquitto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    return [MOSQUITTO, "-c", str(settings)], port


async def test_a_broker_of_somebody_else(
    serve: Serve, mosquitto: tuple[list[str], int]
) -> None:
    """The robot and the server are clients of it like any others."""
    command, port = mosquitto
    program = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        client = await serve(broker=ExternalBroker("127.0.0.1", port))
        await client.cloud.connected()
        async with client.talk() as talk:
            assert await talk.do({"kind": "read_status", "args": {}}) is None
            assert talk.statuses()
        await client.cloud.stop()
    finally:
        program.terminate()
        await program.wait()
