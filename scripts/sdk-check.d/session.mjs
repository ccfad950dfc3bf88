// One session with AssemblyAI's Node SDK; prints what the SDK handed over, as JSON in the wire's words.
//
// node session.mjs ORIGIN WAV SPEED MODEL, with key.pem and cert.pem beside it; NODE_EXTRA_CA_CERTS names the latter.
import { readFile } from "node:fs/promises";
import net from "node:net";
import { pipeline } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { AssemblyAI } from "assemblyai";

const CHUNK_MS = 100;
const WAV_HEADER = 44;
const [origin, recording, speedText, model] = process.argv.slice(2);
const speed = Number(speedText);
const received = [];

// The SDK refuses every address but wss://, so TLS ends here, in front of the emulator; bytes pass as they are.
const beside = (name) => readFile(new URL(name, import.meta.url));
const front = tls.createServer({ key: await beside("key.pem"), cert: await beside("cert.pem") }, (client) => {
  const emulator = net.connect(Number(new URL(origin).port), "127.0.0.1");
  pipeline(client, emulator, client, () => {});
});
await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));

const wav = await readFile(recording);
const rate = wav.readUInt32LE(24);
const pcm = wav.subarray(WAV_HEADER);
const size = (rate * 2 * CHUNK_MS) / 1000;

const transcriber = new AssemblyAI({ apiKey: "sdk-check" }).streaming.transcriber({
  websocketBaseUrl: `wss://127.0.0.1:${front.address().port}/v3/ws`,
  sampleRate: rate,
  speechModel: model,
  speakerLabels: true,
  maxSpeakers: 2,
  domain: "medical-v1",
  keytermsPrompt: ["GAD-7", "PHQ-9"],
  sessionHeartbeat: true,
  acknowledgeSilence: true,
});
for (const event of ["open", "speechStarted", "turn", "speakerRevision", "heartbeat", "silence", "warning"]) {
  transcriber.on(event, (message) => received.push(message));
}
const fail = (error) => received.push({ type: "Error", error });
transcriber.on("error", (error) => fail(error.message));
transcriber.on("close", (code, reason) => {
  if (code !== 1000) fail(`closed with ${code} ${reason}`);
});

try {
  await transcriber.connect();
  // The SDK waits for Termination and keeps it to itself: what it says is read off the SDK's own socket.
  transcriber.socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "Termination") received.push(message);
  });
  const began = performance.now();
  for (let at = 0; at < pcm.length; at += size) {
    await sleep(Math.max(0, began + ((at / size) * CHUNK_MS) / speed - performance.now()));
    const chunk = Buffer.alloc(size); // the last one is filled up, since the service takes nothing under 50 ms
    pcm.copy(chunk, 0, at);
    transcriber.sendAudio(chunk);
  }
  await transcriber.close();
} catch (error) {
  fail(error.message);
}
front.close();
console.log(JSON.stringify(received));
