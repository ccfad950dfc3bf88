"""Says whether what an SDK received is the whole demo session.

judge.py NAME REPORT SCRIPT MODEL
"""

import json
import re
import sys
from itertools import zip_longest

AUDIO_SECONDS_OFF = 1


def plain(text):
    """The words of a text without case and punctuation."""
    words = (re.sub(r"[^\w]", "", word.lower()) for word in text.split())
    return [word for word in words if word]


def faults(messages, finals, words, script, model):
    """What is wrong: the errors, or else what is missing, in the order in which a session goes."""
    errors = [message["error"] for message in messages if message["type"] == "Error"]
    if errors:
        yield from (f"error: {error}" for error in errors)
        return
    kinds = [message["type"] for message in messages]
    if kinds[0] != "Begin":
        yield f"the first message is {kinds[0]}, not Begin"
    elif (named := (messages[0].get("configuration") or {}).get("model")) != model:
        yield f"Begin names the model {named}"
    yield from (f"no {kind}" for kind in ("SpeechStarted", "Heartbeat", "Silence") if kind not in kinds)
    yield from turn_faults(finals, words, script)
    if kinds[-1] != "Termination":
        yield f"the last message is {kinds[-1]}, not Termination"
    else:
        seconds = messages[-1].get("audio_duration_seconds") or 0
        if abs(seconds - script["duration_ms"] / 1000) > AUDIO_SECONDS_OFF:
            yield f"Termination says {seconds} s of audio"


def turn_faults(finals, words, script):
    """What is wrong with the turns: one final each, all words, speakers."""
    orders = {turn["turn_order"] for turn in finals}
    if len(orders) != len(finals):
        yield "a turn has two finals"
    expected = [word for segment in script["segments"] for word in plain(segment["text"])]
    pairs = enumerate(zip_longest(expected, words, fillvalue="none"), 1)
    wrong = next(((number, want, got) for number, (want, got) in pairs if want != got), None)
    if wrong:
        yield "word {} should be {} and is {}".format(*wrong)
    if not all(turn.get("speaker_label") for turn in finals):
        yield "a final has no speaker label"
    labels = {word.get("speaker") or "" for turn in finals for word in turn["words"]}
    letters = {label for label in labels if re.fullmatch("[A-Z]{1,2}", label)}  # others, as PENDING, are no speakers
    speakers = {segment["speaker"] for segment in script["segments"]}
    if len(letters) != len(speakers):
        yield f"{len(letters)} speakers instead of {len(speakers)}"


name, report, script, model = sys.argv[1:]
with open(report) as file:
    text = file.read()
messages = json.loads(text) if text else []
if not messages:
    sys.exit(f"{name}: received nothing")
with open(script) as file:
    script = json.load(file)
finals = [message for message in messages if message["type"] == "Turn" and message["end_of_turn"]]
words = [word for turn in finals for item in turn["words"] for word in plain(item["text"])]
found = list(faults(messages, finals, words, script, model))
print(f"{name}: {len(finals)} turns, {len(words)} words, {'; '.join(found) or 'OK'}")
sys.exit(bool(found))
