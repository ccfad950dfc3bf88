"""One pre-recorded job with AssemblyAI's Python SDK, from upload to deletion.

recorded.py ORIGIN WAV SCRIPT
"""

import json
import re
import sys
import tempfile
import urllib.request

import assemblyai as aai

origin, recording, script = sys.argv[1:]
aai.settings.api_key = "sdk-check"
aai.settings.base_url = origin
aai.settings.polling_interval = 0.2


def plain(text):
    """The words of a text without case and punctuation."""
    words = (re.sub(r"[^\w]", "", word.lower()) for word in text.split())
    return [word for word in words if word]


def faults():
    """What is wrong, in the order in which a job goes."""
    with open(script) as file:
        segments = json.load(file)["segments"]
    expected = [word for segment in segments for word in plain(segment["text"])]
    config = aai.TranscriptionConfig(
        speech_models=["universal-3-5-pro", "universal-2"],
        domain="medical-v1",
        speaker_labels=True,
        speaker_options=aai.SpeakerOptions(min_speakers_expected=2, max_speakers_expected=2),
        speech_understanding={
            "request": {"speaker_identification": {"speaker_type": "role", "known_values": ["Therapist", "Client"]}}
        },
        redact_pii=True,
        redact_pii_policies=[aai.PIIRedactionPolicy.person_name],
        redact_pii_sub=aai.PIISubstitutionPolicy.entity_name,
        redact_pii_audio=True,
        keyterms_prompt=["GAD-7"],
    )
    transcript = aai.Transcriber().transcribe(recording, config)
    if transcript.error:
        yield f"error: {transcript.error}"
        return
    if [word for item in transcript.words for word in plain(item.text)] != expected:
        yield "the words are not the script's"
    roles = {utterance.speaker for utterance in transcript.utterances}
    if roles != {"Therapist", "Client"}:
        yield f"the speakers are {sorted(roles)}"
    if not transcript.get_sentences() or not transcript.get_paragraphs():
        yield "no sentences or paragraphs"
    if "-->" not in transcript.export_subtitles_srt():
        yield "no subtitles"
    if not transcript.word_search(["chest"]):
        yield "a word is not found"
    with tempfile.NamedTemporaryFile() as copy:
        transcript.save_redacted_audio(copy.name)
        if copy.read(4) != b"RIFF":
            yield "no redacted audio"
    if not aai.Transcriber().list_transcripts().transcripts:
        yield "it is not listed"
    aai.Transcript.delete_by_id(transcript.id)
    left = urllib.request.Request(f"{origin}/v2/transcript/{transcript.id}", headers={"authorization": "sdk-check"})
    if json.load(urllib.request.urlopen(left))["text"] != "Deleted by user.":
        yield "it is not deleted"


found = list(faults())
print(f"Python SDK, pre-recorded: {'; '.join(found) or 'OK'}")
sys.exit(bool(found))
