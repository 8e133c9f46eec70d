"""A company's system that misbehaves as systems do: answers by the first part of the path.

prints the port it listens on; 0 as argument takes a free one.
"""
import gzip, json, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

lock = threading.Lock()
counts, keys = {}, {}
inside = most = 0

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def send(self, body, status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content_Type": "application/json"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, data):
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.1)

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def answer(self):
        global inside, most
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        first = address.path.split("/")[1]
        with lock:
            nth = counts[address.path] = counts.get(address.path, 0) + 1
            keys.setdefault(address.path, []).append(self.headers.get("Idempotency-Key", "none"))
        well = json.dumps({"status": "well"}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        if first == "count":
            self.send({"count": counts.get(query["of"], 0)})
        elif address.path == "/parcels/B47":
            self.send({"status": "on its way", "delivery": {"day": "2026-11-24"}, "facts": [2.50, True]})
        elif address.path == "/parcels/40512377":
            self.send({"status": "delayed", "place": "Trenton", "day": "2026-11-25"})
        elif first == "echo":
            seen = {name.lower(): value.encode("latin-1").decode() for name, value in self.headers.items()}
            self.send(seen | {"method": self.command, "path": self.path, "body": body.decode(),
                              "port": self.client_address[1]})
        elif first == "status":
            self.send({}, int(address.path.split("/")[2]))
        elif first == "slow":
            time.sleep(30)
            self.send(well)
        elif first == "drip":
            self.wfile.write(head + b"Content-Length: %d\r\n\r\n" % (200 + len(well)))
            self.drip(b" " * 200 + well)
        elif first == "drip-head":
            self.drip(head + b"X-Filler: " + b"x" * 200 + b"\r\nContent-Length: %d\r\n\r\n" % len(well) + well)
        elif first == "endless-head":
            self.wfile.write(head + b"X: ")
            self.drip(b"x" * 300)
        elif first == "endless-slowly":
            self.wfile.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
            self.drip(b"1\r\n \r\n" * 50 + b"%x\r\n" % len(well) + well + b"\r\n0\r\n\r\n")
        elif first == "endless":
            self.wfile.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
            while True:
                self.wfile.write(b"1000\r\n" + b" " * 4096 + b"\r\n")
        elif first == "big":
            self.send({"status": "x" * 300_000})
        elif first == "html":
            self.send(b"<html>Please sign in", Content_Type="text/html; charset=utf-8")
        elif first == "no-json":
            self.send(b"{'status': 'well'}")
        elif first == "empty":
            self.send_response(204)
            self.end_headers()
        elif first == "gzip":
            self.send(gzip.compress(b" " * 10_000_000 + well), Content_Encoding="gzip")
        elif first == "null":
            self.send({"status": None})
        elif first == "object":
            self.send({"status": {"code": 7}})
        elif first == "cut":
            self.wfile.write(head + b"Content-Length: 1000\r\n\r\n" + well)
            self.close_connection = True
        elif first == "cut-head":
            self.wfile.write(head)
            self.close_connection = True
        elif first == "no-http":
            self.wfile.write(b"SSH-2.0-OpenSSH_10.0\r\n\r\n")
            self.close_connection = True
        elif first == "redirect":
            self.send(b"", 302, Location=query["to"])
        elif first == "busy-until-later":
            self.send({}, 503, Retry_After="30")
        elif first == "flaky":
            seen = " ".join(keys[address.path])
            self.send({"status": "well again", "keys": seen}, 500 if nth == 1 else 200)
        elif first == "crowd":
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.1)
            with lock:
                inside -= 1
            self.send({"most": most})
        elif first == "missing":
            self.send({"other": 1})
        else:
            self.send({}, 404)

# As many may knock at once as like to.
ThreadingHTTPServer.request_queue_size = 128
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
