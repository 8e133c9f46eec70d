"""Writes a model with the inputs and outputs of a Piper voice, and the description beside it.

Each phoneme number becomes a tone of its own pitch and of a fixed length; so a test can tell from
the sound which numbers went in, in which order, for which speaker and at which speed.
"""

import json
import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 22_050
#: Samples of a tone at speed 1: 20 ms.
TONE = 441
#: Rows in the table of pitches, as in the table of phonemes of a real voice.
SYMBOLS = 256
#: What a real voice does not make a sound for: pad, begin, end and the space between words.
SILENT = {0, 1, 2, 3}

#: Piper's own numbers for the symbols of English, Spanish and Mandarin voices; a real description
#: holds some more.
PHONEMES = {
    "_": 0, "^": 1, "$": 2, " ": 3, "!": 4, "'": 5, "(": 6, ")": 7, ",": 8, "-": 9, ".": 10,
    ":": 11, ";": 12, "?": 13, "a": 14, "b": 15, "c": 16, "d": 17, "e": 18, "f": 19, "h": 20,
    "i": 21, "j": 22, "k": 23, "l": 24, "m": 25, "n": 26, "o": 27, "p": 28, "q": 29, "r": 30,
    "s": 31, "t": 32, "u": 33, "v": 34, "w": 35, "x": 36, "y": 37, "z": 38, "æ": 39, "ç": 40,
    "ð": 41, "ø": 42, "ħ": 43, "ŋ": 44, "œ": 45, "ɐ": 50, "ɑ": 51, "ɒ": 52, "ɔ": 54, "ɕ": 55,
    "ə": 59, "ɚ": 60, "ɛ": 61, "ɜ": 62, "ɡ": 66, "ɣ": 68, "ɪ": 74, "ɬ": 77, "ɲ": 82, "ɹ": 88,
    "ɾ": 92, "ʁ": 94, "ʂ": 95, "ʃ": 96, "ʈ": 97, "ʊ": 100, "ʌ": 102, "ʎ": 104, "ʐ": 106, "ʑ": 107,
    "ʒ": 108, "ʔ": 109, "ʲ": 119, "ˈ": 120, "ˌ": 121, "ː": 122, "χ": 127, "θ": 126, "β": 125,
    "0": 130, "1": 131, "2": 132, "3": 133, "4": 134, "5": 135, "\u0327": 140, "\u0303": 141,
    "\u0329": 144,
}


def pitch(number):
    """In Hz, of the first speaker; each further one is an eighth higher."""
    return 300 + 10 * number


def model(speakers):
    pitches = np.array([pitch(i) for i in range(SYMBOLS)], dtype=np.float32)
    levels = np.array([0.0 if i in SILENT else 0.5 for i in range(SYMBOLS)], dtype=np.float32)

    def constant(name, value, kind):
        return numpy_helper.from_array(np.array(value, dtype=kind), name)

    constants = [
        numpy_helper.from_array(pitches, "pitches"),
        numpy_helper.from_array(levels, "levels"),
        constant("first", [0], np.int64),
        constant("second", [1], np.int64),
        constant("third", [2], np.int64),
        constant("across", [1], np.int64),
        constant("along", [0], np.int64),
        constant("zero", 0.0, np.float32),
        constant("one", 1.0, np.float32),
        constant("tone", TONE, np.float32),
        constant("turn", 2 * math.pi / RATE, np.float32),
        constant("out", [1, 1, 1, -1], np.int64),
        constant("column", [-1, 1], np.int64),
        constant("scalar", [], np.int64),
    ]
    node = helper.make_node
    nodes = [
        node("Slice", ["input", "first", "input_lengths", "across"], ["numbers_row"]),
        node("Reshape", ["numbers_row", "column"], ["numbers"]),
        node("Gather", ["pitches", "numbers"], ["base"]),
        node("Gather", ["levels", "numbers"], ["level"]),
        node("Slice", ["scales", "second", "third", "along"], ["length_scale_row"]),
        node("Reshape", ["length_scale_row", "scalar"], ["length_scale"]),
        node("Mul", ["tone", "length_scale"], ["samples_exact"]),
        node("Round", ["samples_exact"], ["samples"]),
        node("Range", ["zero", "samples", "one"], ["time"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch_size", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch_size"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    tone_pitch = "base"
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch_size"]))
        # One entry a speaker, so that a number that is not there fails as in a real voice.
        constants.append(
            numpy_helper.from_array(
                np.array([1 + 0.125 * s for s in range(speakers)], dtype=np.float32), "shifts"
            )
        )
        nodes += [
            node("Gather", ["shifts", "sid"], ["shift"]),
            node("Mul", ["base", "shift"], ["shifted"]),
        ]
        tone_pitch = "shifted"
    nodes += [
        node("Mul", [tone_pitch, "turn"], ["step"]),
        node("Mul", ["step", "time"], ["phase"]),
        node("Sin", ["phase"], ["wave"]),
        node("Mul", ["wave", "level"], ["sound"]),
        node("Reshape", ["sound", "out"], ["output"]),
    ]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])
    graph = helper.make_graph(nodes, "voice-fixture", inputs, [output], constants)
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 15)], producer_name="voice-fixture"
    )
    made.ir_version = 8
    onnx.checker.check_model(made, full_check=True)
    return made


def description(speakers):
    return {
        "audio": {"sample_rate": RATE, "quality": "fixture"},
        "espeak": {"voice": "en-us"},
        "language": {"code": "en_US", "family": "en", "region": "US"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {symbol: [number] for symbol, number in PHONEMES.items()},
        "num_symbols": SYMBOLS,
        "num_speakers": speakers,
        "speaker_id_map": {f"speaker {s}": s for s in range(speakers)} if speakers > 1 else {},
        "piper_version": "1.0.0",
    }


for name, speakers in [("one", 1), ("four", 4)]:
    with open(f"{name}.onnx", "wb") as file:
        file.write(model(speakers).SerializeToString(deterministic=True))
    with open(f"{name}.onnx.json", "w", encoding="utf-8") as file:
        json.dump(description(speakers), file, ensure_ascii=False, indent=1)
        file.write("\n")
