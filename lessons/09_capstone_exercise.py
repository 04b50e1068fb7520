# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 09 · Capstone ★★★
#
# **You need:** exercises 01 to 08, or their lessons; [lesson 09](../../notebooks/09_application_data.ipynb)
# and the [capstone](../../notebooks/capstone.ipynb) show what it comes to.<br>
# **Time:** 180 minutes, in pieces.<br>
# **RFC sections:** 5246 §7.3, §6.2.1, §7.1, §7.4.9; 8422 §5.4.
#
# Your own functions, and nothing of tlskit, fetch a page from OpenSSL, and serve one. Then you find
# out what is wrong with captures that nobody has seen before.

# %%
import hashlib
import hmac
import os
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import verification

# %%
from tlskit import show
from tlskit.exercises import exercise, points
from tlskit.exercises.capstone_captures import three
from tlskit.exercises.capstone_live import programs
from tlskit.tasks import attempt

this = exercise("09_capstone")

# %% [markdown]
# ## 1 · Out of the stream ★ (worked)
#
# Three small things that everything else is made of: bytes behind their length, a handshake message
# (RFC 5246 §7.4), a record (RFC 5246 §6.2.1).


# %%
def vector(size: int, data: bytes) -> bytes:
    """Return data behind its length, which takes `size` bytes (RFC 5246 §4.3)."""
    return len(data).to_bytes(size, "big") + data


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + vector(3, body)


def record(kind: int, fragment: bytes) -> bytes:
    return bytes([kind]) + b"\x03\x03" + vector(2, fragment)


# %% [markdown]
# And back: what comes is a stream of records, and the handshake ones hold a stream of messages.


# %%
def cut_records(data: bytes) -> list[tuple[int, bytes]]:
    """Return type and fragment of each record."""
    found = []
    while data:
        end = 5 + int.from_bytes(data[3:5], "big")
        found.append((data[0], data[5:end]))
        data = data[end:]
    return found


# %%
def cut_messages(content: bytes) -> list[bytes]:
    """Return the handshake messages, each with its header, in what records held."""
    found = []
    while content:
        end = 4 + int.from_bytes(content[1:4], "big")
        found.append(content[:end])
        content = content[end:]
    return found


# %%
two = message(2, bytes(38)) + message(14, b"")
stream = record(22, two[:20]) + record(22, two[20:])
fragments = [fragment for kind, fragment in cut_records(stream)]
[len(one) for one in fragments], [len(one) for one in cut_messages(b"".join(fragments))]

# %% [markdown]
# A client takes each record for one message. It works with one server, and with another it fails at
# once. Which rule did it forget? Return the letter.
#
# - **a** OpenSSL packs messages in a way that is not allowed.
# - **b** Records and messages have boundaries of their own.
# - **c** Records must be decrypted before they are cut.
# - **d** TCP may change the order of records.


# %% tags=["solution"]
def why_cut() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_cut")
report

# %% grade="why_cut" points=1
points(report)

# %% [markdown]
# ## 2 · The second flight ★★ (lines to order)
#
# ClientKeyExchange, ChangeCipherSpec, Finished: here most clients break. You are handed
# ClientKeyExchange (a message, with its header), all messages before it, and two functions:
# `verify_data(messages)` gives the 12 bytes, `protect(type, content)` the protected fragment of a
# record.
#
# These lines do it, in another order. None is missing.
#
#     return flight + record(22, protect(22, finished))
#     flight += record(20, b"\x01")
#     finished = message(20, verify_data(messages))
#     flight = record(22, key_exchange)
#     messages = [*messages, key_exchange]

# %% [markdown]
# <details><summary>Hint: where to look</summary>
#
# Which bytes go out first, and which messages does Finished cover (lesson 08)? Some of the lines
# could change places without harm.
#
# </details>


# %% tags=["solution"]
def my_second_flight(key_exchange: bytes, messages: list[bytes], verify_data, protect) -> bytes:
    """Return the client's second flight, three records (RFC 5246 §7.3)."""
    ### BEGIN SOLUTION
    messages = [*messages, key_exchange]
    finished = message(20, verify_data(messages))
    flight = record(22, key_exchange)
    flight += record(20, b"\x01")
    return flight + record(22, protect(22, finished))
    ### END SOLUTION


# %%
report = this.check("my_second_flight")
report

# %% grade="my_second_flight" points=3
points(report)

# %% [markdown]
# OpenSSL's server gets your flight; the rest of the client is ours.

# %%
live = this.live("my_second_flight")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ## 3 · Your parts
#
# Eight steps, one or a few functions each. You have written them all, if perhaps with other
# arguments: copy what you have, and change it. Names and arguments are yours to change, too; only `my_…` functions are
# called by others.
#
# To see what you wrote, make a new cell with these two lines (any number from `"01"` to `"08"`):
#
#     from tlskit.exercises.earlier import earlier
#     earlier("06")
#
# The suites are AES-GCM only: number → (hash, length of a write key).

# %%
SUITES = {
    0xC02F: ("sha256", 16),  # TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    0xC030: ("sha384", 32),  # TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    0xC02B: ("sha256", 16),  # the same two with ECDSA
    0xC02C: ("sha384", 32),
    0x009C: ("sha256", 16),  # TLS_RSA_WITH_AES_128_GCM_SHA256
    0x009D: ("sha384", 32),
}

# %% [markdown]
# **01** ClientHello, the message: these suites, your random, the host's name, groups x25519 (001d)
# and secp256r1 (0017), signature schemes 0403, 0804, 0401. Extended master secret, if you like.


# %% tags=["solution", "long"]
def client_hello(random: bytes, host: str) -> bytes:
    """Return ClientHello with its header (RFC 5246 §7.4.1.2)."""
    ### BEGIN SOLUTION
    extensions = {
        0: vector(2, b"\x00" + vector(2, host.encode())),
        10: vector(2, bytes.fromhex("001d 0017")),
        11: vector(1, b"\x00"),
        13: vector(2, bytes.fromhex("0403 0804 0401")),
        23: b"",
    }
    suites = b"".join(code.to_bytes(2, "big") for code in SUITES)
    offered = b"".join(code.to_bytes(2, "big") + vector(2, it) for code, it in extensions.items())
    body = b"\x03\x03" + random + vector(1, b"") + vector(2, suites) + b"\x01\x00"
    return message(1, body + vector(2, offered))
    ### END SOLUTION


# %% [markdown]
# **02** ServerHello. Whatever was not offered must not be taken.


# %% tags=["solution", "long"]
def read_server_hello(body: bytes) -> tuple[bytes, int, bool]:
    """Return random, suite, and whether extended master secret is agreed on (§7.4.1.3)."""
    ### BEGIN SOLUTION
    at = 35 + body[34]
    suite, extended, left = int.from_bytes(body[at : at + 2], "big"), False, body[at + 5 :]
    while left:
        extended = extended or left[:2] == b"\x00\x17"
        left = left[4 + int.from_bytes(left[2:4], "big") :]
    if body[:2] != b"\x03\x03" or suite not in SUITES:
        raise ValueError("the server chose what was not offered")
    return body[2:34], suite, extended
    ### END SOLUTION


# %% [markdown]
# **03** Certificate. `roots` are certificates in DER, `now` is in seconds, as `time.time()`.


# %% tags=["solution", "long"]
def believed_key(body: bytes, roots: list[bytes], host: str, now: int):
    """Return the leaf's public key, if a root vouches for it, for this host, today (§7.4.2)."""
    ### BEGIN SOLUTION
    chain, left = [], body[3:]
    while left:
        end = 3 + int.from_bytes(left[:3], "big")
        chain.append(x509.load_der_x509_certificate(left[3:end]))
        left = left[end:]
    store = verification.Store([x509.load_der_x509_certificate(root) for root in roots])
    policy = verification.PolicyBuilder().store(store).time(datetime.fromtimestamp(now, UTC))
    policy.build_server_verifier(x509.DNSName(host)).verify(chain[0], chain[1:])
    return chain[0].public_key()
    ### END SOLUTION


# %% [markdown]
# **04** ServerKeyExchange: its signature (RFC 8422 §5.4).


# %% tags=["solution", "long"]
def signed_params(body: bytes, randoms: bytes, key) -> bytes:
    """Return the parameters, if the key signed them behind both randoms."""
    ### BEGIN SOLUTION
    end = 4 + body[3]
    params, scheme, signature = body[:end], body[end : end + 2], body[end + 4 :]
    if scheme == b"\x04\x03":
        key.verify(signature, randoms + params, ec.ECDSA(hashes.SHA256()))
    elif scheme in (b"\x08\x04", b"\x04\x01"):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        scheme = pss if scheme == b"\x08\x04" else padding.PKCS1v15()
        key.verify(signature, randoms + params, scheme, hashes.SHA256())
    else:
        raise ValueError("a scheme that was not offered")
    return params
    ### END SOLUTION


# %% [markdown]
# **05** ClientKeyExchange, two kinds. In both you return the message's body and the pre-master secret.
# The first helper serves your server, too.


# %% tags=["solution", "long"]
def agreed(group: bytes):
    """Return a new public key, and a function from the other side's to the shared secret."""
    ### BEGIN SOLUTION
    if group == b"\x00\x1d":
        mine = x25519.X25519PrivateKey.generate()
        load = x25519.X25519PublicKey.from_public_bytes
        return mine.public_key().public_bytes_raw(), lambda theirs: mine.exchange(load(theirs))
    if group != b"\x00\x17":
        raise ValueError("a group that was not offered")
    curve = ec.SECP256R1()
    mine = ec.generate_private_key(curve)
    form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    load = ec.EllipticCurvePublicKey.from_encoded_point
    public = mine.public_key().public_bytes(*form)
    return public, lambda theirs: mine.exchange(ec.ECDH(), load(curve, theirs))
    ### END SOLUTION


# %% tags=["solution"]
def by_ecdhe(params: bytes) -> tuple[bytes, bytes]:
    """Return the body of ClientKeyExchange and the pre-master secret (RFC 8422 §5.7, §5.10)."""
    ### BEGIN SOLUTION
    public, secret_with = agreed(params[1:3])
    return vector(1, public), secret_with(params[4:])
    ### END SOLUTION


# %% tags=["solution"]
def by_rsa(key) -> tuple[bytes, bytes]:
    """Return the body of ClientKeyExchange and the pre-master secret (RFC 5246 §7.4.7.1)."""
    ### BEGIN SOLUTION
    secret = b"\x03\x03" + os.urandom(46)
    return vector(2, key.encrypt(secret, padding.PKCS1v15())), secret
    ### END SOLUTION


# %% [markdown]
# **06** The PRF, the master secret (extended or not), the keys: for each side its write key and the
# four bytes of its IV.


# %% tags=["solution"]
def prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Return so many bytes (RFC 5246 §5)."""
    ### BEGIN SOLUTION
    output, a = b"", label + seed
    while len(output) < length:
        a = hmac.digest(secret, a, hash_name)
        output += hmac.digest(secret, a + label + seed, hash_name)
    return output[:length]
    ### END SOLUTION


# %% tags=["solution"]
def master_secret(
    hash_name: str, pre: bytes, randoms: bytes, messages: list[bytes], extended: bool
) -> bytes:
    """Return 48 bytes (RFC 5246 §8.1, RFC 7627 §4); `randoms` are the client's, the server's."""
    ### BEGIN SOLUTION
    if extended:
        session_hash = hashlib.new(hash_name, b"".join(messages)).digest()
        return prf(hash_name, pre, b"extended master secret", session_hash, 48)
    return prf(hash_name, pre, b"master secret", randoms, 48)
    ### END SOLUTION


# %% tags=["solution"]
def cut_keys(suite: int, master: bytes, randoms: bytes) -> tuple:
    """Return (key, IV) of the client, and of the server (RFC 5246 §6.3)."""
    ### BEGIN SOLUTION
    hash_name, size = SUITES[suite]
    seed = randoms[32:] + randoms[:32]
    block = prf(hash_name, master, b"key expansion", seed, 2 * size + 8)
    keys, ivs = block[: 2 * size], block[2 * size :]
    return (keys[:size], ivs[:4]), (keys[size:], ivs[4:])
    ### END SOLUTION


# %% [markdown]
# **07** A protected record, and what is in one (RFC 5246 §6.2.3.3, RFC 5288 §3).


# %% tags=["solution"]
def protect(keys: tuple, number: int, kind: int, content: bytes) -> bytes:
    """Return the protected fragment of a record; `keys` are key and IV."""
    ### BEGIN SOLUTION
    key, iv = keys
    explicit = number.to_bytes(8, "big")
    data = explicit + bytes([kind]) + b"\x03\x03" + len(content).to_bytes(2, "big")
    return explicit + AESGCM(key).encrypt(iv + explicit, content, data)
    ### END SOLUTION


# %% tags=["solution"]
def unprotect(keys: tuple, number: int, kind: int, fragment: bytes) -> bytes:
    """Return the content of a protected fragment; InvalidTag if it is none."""
    ### BEGIN SOLUTION
    key, iv = keys
    size = (len(fragment) - 24).to_bytes(2, "big")
    data = number.to_bytes(8, "big") + bytes([kind]) + b"\x03\x03" + size
    return AESGCM(key).decrypt(iv + fragment[:8], fragment[8:], data)
    ### END SOLUTION


# %% [markdown]
# **08** Finished, the message.


# %% tags=["solution"]
def finished(hash_name: str, master: bytes, label: bytes, messages: list[bytes]) -> bytes:
    """Return Finished with its header (RFC 5246 §7.4.9)."""
    ### BEGIN SOLUTION
    digest = hashlib.new(hash_name, b"".join(messages)).digest()
    return message(20, prf(hash_name, master, label, digest, 12))
    ### END SOLUTION


# %% [markdown]
# Do they fit together? A handshake was recorded, with all its secrets (0xC030, extended master
# secret). Where you kept names and arguments, each part is held against it. Leave out what you
# changed.

# %%
from tlskit.exercises.capstone_parts import compared

parts = compared(
    client_hello=client_hello,
    read_server_hello=read_server_hello,
    believed_key=believed_key,
    signed_params=signed_params,
)
parts += compared(prf=prf, master_secret=master_secret, cut_keys=cut_keys)
parts += compared(protect=protect, unprotect=unprotect, finished=finished)
show.table(("part", "beside the recording"), parts)

# %% [markdown]
# ## 4 · Fetch a page ★★★
#
# `exchange(flight)` sends bytes and returns what the server has to say then, up to where it waits:
# its first flight, ChangeCipherSpec and Finished, and at last the page, in one or more records, and
# close_notify. Return the page, or `b""` if somebody is not who they should be; then `request` must
# not go out.
#
# The servers: OpenSSL with one suite each of the six; and impostors, who have a wrong certificate, or
# sign wrongly, or make a wrong Finished.

# %% [markdown]
# <details><summary>Hint: the shape</summary>
#
# Three calls of `exchange`. Keep one list of all messages, in order, from your ClientHello on. Write
# the good case first; then look for each place at which something was proved, and ask what you do if
# it was not.
#
# </details>


# %% tags=["solution", "long"]
def my_fetch(exchange, roots: list[bytes], host: str, now: int, request: bytes) -> bytes:
    """Return the page that the server sends to the request, b"" if it is an impostor."""
    ### BEGIN SOLUTION
    client_random = os.urandom(32)
    hello = client_hello(client_random, host)
    flight = b"".join(fragment for _, fragment in cut_records(exchange(record(22, hello))))
    messages = [hello, *cut_messages(flight)]
    bodies = {one[0]: one[4:] for one in messages}
    try:
        server_random, suite, extended = read_server_hello(bodies[2])
        randoms, (hash_name, _) = client_random + server_random, SUITES[suite]
        key = believed_key(bodies[11], roots, host, now)
        if 12 in bodies:
            body, pre = by_ecdhe(signed_params(bodies[12], randoms, key))
        else:
            body, pre = by_rsa(key)
        messages.append(message(16, body))
        master = master_secret(hash_name, pre, randoms, messages, extended)
        mine, theirs = cut_keys(suite, master, randoms)
        last = finished(hash_name, master, b"client finished", messages)
        flight = record(22, messages[-1]) + record(20, b"\x01")
        answer = exchange(flight + record(22, protect(mine, 0, 22, last)))
        _, (kind, fragment) = cut_records(answer)
        wanted = finished(hash_name, master, b"server finished", [*messages, last])
        if unprotect(theirs, 0, kind, fragment) != wanted:
            return b""
    except (ValueError, InvalidSignature, InvalidTag, verification.VerificationError):
        return b""
    answer = exchange(record(23, protect(mine, 1, 23, request)))
    opened = [
        (kind, unprotect(theirs, number, kind, fragment))
        for number, (kind, fragment) in enumerate(cut_records(answer), 1)
    ]
    return b"".join(content for kind, content in opened if kind == 23)
    ### END SOLUTION


# %%
report = this.check("my_fetch")
report

# %% grade="my_fetch" points=12
points(report)

# %% [markdown]
# A real socket: Python's `ssl` server runs beside us, and nothing of TLS on this side is ours.

# %%
this.live("my_fetch")

# %% [markdown]
# When may the request go out, at the earliest? Return the letter.
#
# - **a** When the signature in ServerKeyExchange is verified.
# - **b** When the certificate is verified.
# - **c** When the client has made its keys.
# - **d** When the server's Finished is verified.


# %% tags=["solution"]
def why_last() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_last")
report

# %% grade="why_last" points=1
points(report)

# %% [markdown]
# ## 5 · Serve a page ★★★
#
# Now you are the server: `exchange(b"")` returns a client's ClientHello. You have a certificate's
# chain, its RSA key (DER, PKCS #8; `serialization.load_der_private_key(key, None)`) and the page.
# When the handshake is done, the client's request comes with the answer to your last flight; send the
# page, then close_notify, and return the request. To a client whose Finished is wrong nothing is sent
# any more: return `b""`.
#
# OpenSSL's clients offer either 0xC02F or 0xC030, and one group, x25519 or secp256r1. They insist on
# renegotiation_info (ff01) in ServerHello, holding one byte, 0 (RFC 5746 §3.6).

# %% [markdown]
# <details><summary>Hint: the shape</summary>
#
# Four calls of `exchange`. You sign what your client verifies, and read with the keys it writes with.
# ServerHello answers no other extension than those that were asked for.
#
# </details>


# %% tags=["solution", "long"]
def read_client_hello(body: bytes) -> tuple[bytes, list[int], dict[int, bytes]]:
    """Return random, suites and extensions (RFC 5246 §7.4.1.2)."""
    ### BEGIN SOLUTION
    at = 35 + body[34]
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    suites = [int.from_bytes(body[two : two + 2], "big") for two in range(at + 2, end, 2)]
    left, extensions = body[end + 1 + body[end] + 2 :], {}
    while left:
        end = 4 + int.from_bytes(left[2:4], "big")
        extensions[int.from_bytes(left[:2], "big")] = left[4:end]
        left = left[end:]
    return body[2:34], suites, extensions
    ### END SOLUTION


# %% tags=["solution", "long"]
def my_serve(exchange, chain: list[bytes], key: bytes, page: bytes) -> bytes:
    """Return the client's request, after it was sent the page."""
    ### BEGIN SOLUTION
    hello = cut_messages(cut_records(exchange(b""))[0][1])[0]
    client_random, suites, extensions = read_client_hello(hello[4:])
    suite = next(code for code in (0xC02F, 0xC030) if code in suites)
    hash_name, extended = SUITES[suite][0], 23 in extensions
    randoms = client_random + os.urandom(32)
    body = b"\x03\x03" + randoms[32:] + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
    answers = b"\xff\x01\x00\x01\x00" + (b"\x00\x17\x00\x00" if extended else b"")
    group = b"\x00\x1d" if b"\x00\x1d" in extensions[10][2:] else b"\x00\x17"
    public, secret_with = agreed(group)
    params = b"\x03" + group + vector(1, public)
    signer = serialization.load_der_private_key(key, None)
    signature = signer.sign(randoms + params, padding.PKCS1v15(), hashes.SHA256())
    messages = [
        hello,
        message(2, body + vector(2, answers)),
        message(11, vector(3, b"".join(vector(3, one) for one in chain))),
        message(12, params + b"\x04\x01" + vector(2, signature)),
        message(14, b""),
    ]
    answer = exchange(b"".join(record(22, one) for one in messages[1:]))
    (_, key_exchange), _, (kind, fragment) = cut_records(answer)
    messages.append(key_exchange)
    master = master_secret(hash_name, secret_with(key_exchange[5:]), randoms, messages, extended)
    theirs, mine = cut_keys(suite, master, randoms)
    wanted = finished(hash_name, master, b"client finished", messages)
    if unprotect(theirs, 0, kind, fragment) != wanted:
        return b""
    last = finished(hash_name, master, b"server finished", [*messages, wanted])
    answer = exchange(record(20, b"\x01") + record(22, protect(mine, 0, 22, last)))
    kind, fragment = cut_records(answer)[0]
    goodbye = record(21, protect(mine, 2, 21, b"\x01\x00"))
    exchange(record(23, protect(mine, 1, 23, page)) + goodbye)
    return unprotect(theirs, 1, kind, fragment)
    ### END SOLUTION


# %%
report = this.check("my_serve")
report

# %% grade="my_serve" points=6
points(report)

# %%
this.live("my_serve")

# %% [markdown]
# Other programs, if they are installed on your machine: your client asks `openssl s_server` for its
# page, and `curl` asks your server. (What stands below is the same where they are missing; only a
# failure names its program.)

# %%
programs(my_fetch=my_fetch, my_serve=my_serve)

# %% [markdown]
# ## 6 · What is wrong here? ★★★
#
# Handshakes of other people, each with one thing wrong on one side. A capture is a dictionary:
#
# - `"suite"`; `"alert"`: who ended it, and how
# - `"client"`, `"server"`: what each side holds, `"messages"` in the clear as it sent or got them, and
#   its `"master_secret"`, from its key log (`b""` if it made none)
# - `"pre_master_secret"`, which both sides have
# - `"protected"`: pairs of who sent it, and the record, with its header
#
# Here are three to look at.

# %%
captures = three()
rows = [(hex(one["suite"]), *one["alert"], len(one["protected"])) for one in captures]
show.table(("suite", "who sent it", "alert", "protected records"), rows)

# %%
capture = captures[0]
[(who, one[:5].hex(" "), len(one)) for who, one in capture["protected"]]

# %%
seen = {who: [one[0] for one in capture[who]["messages"]] for who in ("client", "server")}
seen, capture["client"]["messages"] == capture["server"]["messages"]

# %% [markdown]
# Find out which of these it is, and return the word.
#
# - `"signature"`: ServerKeyExchange is not signed over what it should be, or not by the key of the
#   certificate
# - `"master_secret"`: one side's is not what its own messages and the pre-master secret give
# - `"key_block"`: a record is protected with keys that do not follow from the master secret
# - `"sequence_number"`: the keys are right, and the number is not
# - `"label"`: a Finished opens, and has the other side's label
# - `"transcript"`: a Finished opens, and covers other messages than the other side saw
#
# The check draws six captures, one of each; a grader draws others.

# %% [markdown]
# <details><summary>Hint: the shape</summary>
#
# Make every value anew by your own functions, in the order of the handshake, and stop at the first
# one that differs. The alert alone tells little: three of these end in the same one.
#
# </details>


# %% tags=["solution", "long"]
def my_diagnosis(capture: dict) -> str:
    """Return the word for what is wrong in a capture."""
    ### BEGIN SOLUTION
    bodies = {one[0]: one[4:] for one in capture["client"]["messages"]}
    suite, pre = capture["suite"], capture["pre_master_secret"]
    randoms, hash_name = bodies[1][2:34] + bodies[2][2:34], SUITES[suite][0]
    extended = read_server_hello(bodies[2])[2]
    leaf = bodies[11][6 : 6 + int.from_bytes(bodies[11][3:6], "big")]
    try:
        signed_params(bodies[12], randoms, x509.load_der_x509_certificate(leaf).public_key())
    except InvalidSignature:
        return "signature"
    sides = ("client", "server")
    for side in sides:
        messages, master = capture[side]["messages"], capture[side]["master_secret"]
        if master != master_secret(hash_name, pre, randoms, messages, extended):
            return "master_secret"
    master = capture["client"]["master_secret"]
    keys, before = dict(zip(sides, cut_keys(suite, master, randoms), strict=True)), []
    firsts = dict(reversed(capture["protected"]))
    for side, data in ((side, firsts[side]) for side in sides if side in firsts):
        opens = []
        for number in (0, 1):
            try:
                opens.append(unprotect(keys[side], number, data[0], data[5:]))
            except InvalidTag:
                opens.append(b"")
        if not opens[0]:
            return "sequence_number" if opens[1] else "key_block"
        for who in sides:
            messages = [*capture[who]["messages"], *before]
            made = {
                one: finished(hash_name, master, one + b" finished", messages)
                for one in (b"client", b"server")
            }
            if opens[0] != made[side.encode()]:
                return "label" if opens[0] in made.values() else "transcript"
        before = [opens[0]]
    return "transcript"
    ### END SOLUTION


# %%
attempt(lambda: [my_diagnosis(one) for one in captures], my_diagnosis)

# %%
report = this.check("my_diagnosis")
report

# %% grade="my_diagnosis" points=6
points(report)

# %% [markdown]
# ## In your own words
#
# A friend's client does not check the server's Finished. *The signature has shown who is there,* she
# says, *and what I can't decrypt I don't read.* What can somebody on the way do to her that could not
# be done to you?

# %% [markdown] explain="explain-who-is-there" points=2
# The signature covers both randoms and the ECDHE parameters, nothing else. Suites and extensions can
# be changed on the way: somebody takes the strong suites out of her ClientHello, and the server chooses
# a weak one. Either would notice by the other's Finished; but she does not wait for it, and her request
# is gone, under a suite that can be broken later, at leisure.
#
# **What to look for.** 1 point: what the signature does not cover (the hellos, apart from the randoms;
# with RSA key transport there is none). 1 point: only the server's Finished tells her that both saw
# the same messages, and she sends data before she knows it.

# %% [markdown]
# Two of the six faults end in the same alert. Take such a pair: why *can't* the server's alert tell
# them apart, and by which value did you?

# %% [markdown] explain="explain-diagnosis" points=2
# A wrong key block and a wrong sequence number both end in bad_record_mac. The server only sees that
# a record does not open; the tag does not say why, and the alert must not (RFC 5246 §7.2.2). From the
# master secret I made the key block again: with
# these keys the record opens under number 1, and so the keys were right and the number was not. In
# the other capture it opens under no number.
#
# **What to look for.** 1 point: the tag fails in both cases alike, and an alert must not tell more.
# 1 point: a value that was computed again and compared (a record opened with other numbers, a master
# secret, a verify_data).

# %% [markdown]
# **Back to** [lesson 09](../../notebooks/09_application_data.ipynb). **Next:**
# [exercise 10](../10_resumption/10_resumption.ipynb).
