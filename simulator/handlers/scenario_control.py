"""Control of scenarios: ``POST /_sim/scenario`` with what a scenario file has.

It is played from now on; the clock stays as it is. Not part of KSeF; see ``control``.
"""

from __future__ import annotations

from werkzeug import Response

from ..clock import isoformat
from ..errors import PlainHttpError
from ..routes import Bearer, Call, json_response, route
from ..scenario import play, timeline
from ..scenario_file import ScenarioError, read


@route("POST", "/_sim/scenario", at_root=True, group=None, bearer=Bearer.NONE)
def play_scenario(call: Call) -> Response:
    """Play a scenario; show what will begin and end when."""
    try:
        scenario = read(call.json())
    except ScenarioError as error:
        raise PlainHttpError(400, str(error)) from error
    lines = timeline(play(call.simulator, scenario))
    return json_response(
        {"timeline": [{"at": isoformat(at), "what": text} for at, text in lines]}
    )
