"""`seedbed serve`: keep a model server running for the other commands."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from vlm.server import ServerOptions

app = typer.Typer()


class Dtype(StrEnum):
    """In which precision the model runs."""

    auto = "auto"
    bfloat16 = "bfloat16"
    float16 = "float16"
    float32 = "float32"


@app.command(
    epilog="Examples:\n\n"
    "seedbed serve\n\n"
    "seedbed serve --model runs/imitate/checkpoint --port 8000\n\n"
    "seedbed serve --model Qwen/Qwen3-VL-30B-A3B-Instruct --tensor-parallel 4 --max-model-len 32768\n\n"
    "seedbed serve --model checkpoints/vlm-tiny --vllm-flag=--max-num-seqs=64"
)
def serve(
    model: Annotated[
        str | None, typer.Option(help="A folder with weights or a hub id; by default the embedded model.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="On 127.0.0.1; by default a free one.")] = None,
    dtype: Annotated[
        Dtype | None, typer.Option(help="By default bfloat16 on a CPU, and the checkpoint's own on a GPU.")
    ] = None,
    tensor_parallel: Annotated[
        int | None, typer.Option(help="Over how many GPUs; by default the fewest that hold the model.")
    ] = None,
    max_model_len: Annotated[
        int | None, typer.Option(help="Longest prompt and answer together, in tokens; by default the model's own.")
    ] = None,
    images: Annotated[int, typer.Option(help="Most images in one prompt.")] = 8,
    videos: Annotated[int, typer.Option(help="Most videos in one prompt.")] = 1,
    kv_cache_gib: Annotated[int | None, typer.Option(help="Memory for the KV cache on a CPU, in GiB.")] = None,
    ready_timeout_s: Annotated[float, typer.Option(help="Give up on a server that is not ready by then.")] = 900.0,
    vllm_flag: Annotated[
        list[str] | None, typer.Option(help="Handed to vLLM as it is; may be given several times.")
    ] = None,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Show what was resolved, with vLLM's command line, and leave.")
    ] = False,
) -> None:
    """Serve a model with vLLM until Ctrl-C; the other commands find it by themselves.

    The address is OpenAI-compatible, so any other client may use it too.
    """
    import asyncio

    from pydantic import ValidationError
    from rich.console import Console

    from vlm.server import ServerError, ServerOptions, embedded_model

    console = Console(stderr=True)
    try:
        options = ServerOptions(
            model=model if model is not None else embedded_model(),
            port=port,
            dtype=None if dtype is None else dtype.value,
            tensor_parallel=tensor_parallel,
            max_model_len=max_model_len,
            images_per_prompt=images,
            videos_per_prompt=videos,
            kv_cache_gib=kv_cache_gib,
            ready_timeout_s=ready_timeout_s,
            extra=tuple(vllm_flag or ()),
        )
        if print_config:
            _print_config(options)
            return
        asyncio.run(_serve(options, console))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).removesuffix("_per_prompt").replace("_", "-")
        _fail(f"--{name} {first['input']}: {first['msg']}")
    except ServerError as error:
        _fail(str(error))


async def _serve(options: "ServerOptions", console: "Console") -> None:
    """Until a signal asks for the end (0) or the server is lost for good (`ServerError`)."""
    import asyncio
    import signal

    from vlm.progress import shown
    from vlm.server import ServerError, serving

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(wanted, stop.set)
    asked = asyncio.create_task(stop.wait())

    async def hold() -> None:
        with shown(console) as tell:
            async with serving(options, tell, shared=True) as server:
                typer.echo(f"{server.model_name} at {server.base_url}/v1 (log: {server.log}); Ctrl-C ends it")
                raise ServerError(await server.failed)

    held = asyncio.create_task(hold())
    await asyncio.wait({asked, held}, return_when=asyncio.FIRST_COMPLETED)
    if not held.done():
        typer.echo("stopping", err=True)
        held.cancel()
    asked.cancel()
    results = await asyncio.gather(held, return_exceptions=True)
    if isinstance(results[0], Exception):
        raise results[0]


def _print_config(options: "ServerOptions") -> None:
    import json

    from vlm import hardware
    from vlm.server import ServerError, resolve, vllm_command

    model, folder = resolve(options.model)
    try:
        device = hardware.detect()
    except hardware.HardwareError as error:
        raise ServerError(str(error)) from None
    command = vllm_command(options, model, folder, options.port or 0, device)
    environment = hardware.environment(device, options.kv_cache_gib)
    resolved = {**options.model_dump(), "command": command, "environment": environment}
    typer.echo(json.dumps(resolved, indent=2))


def _fail(message: str) -> None:
    typer.echo(f"seedbed: {message}", err=True)
    raise typer.Exit(2)
