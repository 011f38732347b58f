"""Reads every document of a folder: python batch.py <folder> <model id> <ledger file>

Start it again after whatever has ended it: what the ledger holds is not sent twice. Results stand
in the ledger; here the documents are listed with their states.

The key and the address come from MINDEE_V2_API_KEY and MINDEE_V2_BASE_URL.
"""

import asyncio
import sys
from pathlib import Path

import mindee_core

AT_A_TIME = 16


async def main(folder: str, model_id: str, file: str) -> None:
    async with mindee_core.AsyncClient(ledger=file) as client:
        # First what an earlier start has left: sent where it certainly was not, waited for else.
        known = {document.alias for document in await client.ledger.resume()}
        room = asyncio.Semaphore(AT_A_TIME)

        async def read(path: Path) -> None:
            async with room:
                try:
                    await client.extraction.run(path, model_id=model_id, alias=path.name)
                except mindee_core.MindeeError as error:
                    print(error, file=sys.stderr)

        paths = sorted(Path(folder).iterdir())
        await asyncio.gather(*(read(path) for path in paths if path.name not in known))
        for document in await client.ledger.pending():
            print(f"{document.alias}\t{document.state}")


try:
    asyncio.run(main(*sys.argv[1:]))
except mindee_core.MindeeError as error:
    sys.exit(str(error))
