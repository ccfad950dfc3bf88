"""One session with AssemblyAI's Python SDK; prints what the SDK handed over, as JSON in the wire's words.

session.py ORIGIN WAV SPEED MODEL
"""

import json
import sys
import time
import wave

from assemblyai.streaming.v3 import (
    RealTimeEvents,
    RealTimeParameters,
    RealTimeTranscriber,
    RealTimeTranscriberOptions,
)

CHUNK_MS = 100
origin, recording, speed, model = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
received = []


def chunks():
    """The recording at its pace; the last chunk is filled up, since the service takes nothing under 50 ms."""
    with wave.open(recording) as wav:
        frames = wav.getframerate() * CHUNK_MS // 1000
        size = frames * wav.getsampwidth()
        began = time.monotonic()
        sent_ms = 0
        while chunk := wav.readframes(frames):
            time.sleep(max(0.0, began + sent_ms / 1000 / speed - time.monotonic()))
            yield chunk.ljust(size, b"\0")
            sent_ms += CHUNK_MS


# A host that names its scheme is taken as it is, so that the SDK also speaks plain ws://.
client = RealTimeTranscriber(RealTimeTranscriberOptions(api_host=origin, api_key="sdk-check"))
for event in RealTimeEvents:
    if event is not RealTimeEvents.Error:
        client.on(event, lambda _, message: received.append(message.model_dump(mode="json")))
client.on(RealTimeEvents.Error, lambda _, error: received.append({"type": "Error", "error": str(error)}))

with wave.open(recording) as wav:
    rate = wav.getframerate()
client.connect(
    RealTimeParameters(
        sample_rate=rate,
        speech_model=model,
        speaker_labels=True,
        max_speakers=2,
        domain="medical-v1",
        keyterms_prompt=["GAD-7", "PHQ-9"],
        session_heartbeat=True,
        acknowledge_silence=True,
    )
)
client.stream(chunks())
client.disconnect(terminate=True)
print(json.dumps(received))
