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
# # Exercise 01 · ClientHello ★★
#
# **You need:** [lesson 01](../../notebooks/01_client_hello.ipynb).<br>
# **Time:** 60 minutes.<br>
# **RFC sections:** 5246 §4.3, §4.4, §7.4, §7.4.1.2, §7.4.1.4; 7301 §3.1.
#
# You will write the first message of a handshake and read one, with nothing but Python's own bytes.
# In the end OpenSSL answers your hello, and our server goes by what you read in OpenSSL's.

# %%
from tlskit import show
from tlskit.exercises import exercise, points
from tlskit.labs import hellos

this = exercise("01_client_hello")

# %% [markdown]
# ## 1 · A vector ★ (worked)
#
# Whatever may have different lengths stands behind its length (RFC 5246 §4.3). `size` is how many
# bytes the length takes: as many as the longest content that is allowed needs.


# %%
def vector(content: bytes, size: int) -> bytes:
    """Return the content behind its length in `size` bytes (RFC 5246 §4.3)."""
    return len(content).to_bytes(size, "big") + content


# %% [markdown]
# With it an extension is built from the inside out: here the name of a host (RFC 6066 §3), a name in
# an entry in a list in a body.


# %%
def server_name(host: str) -> bytes:
    """Return the extension with number 0 (RFC 6066 §3, RFC 5246 §7.4.1.4)."""
    entry = b"\x00" + vector(host.encode("ascii"), 2)
    body = vector(entry, 2)
    return b"\x00\x00" + vector(body, 2)


# %%
vector(b"", 1).hex(" "), server_name("a.example").hex(" ")

# %% [markdown]
# The field `cipher_suites` may have up to 65534 bytes, and each suite has two. Three suites are
# offered. How does the field begin? Return the letter.
#
# - **a** `00 03`
# - **b** `06`
# - **c** `00 06`
# - **d** `00 08`


# %% tags=["solution"]
def which_length() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("which_length")
report

# %% grade="which_length" points=1
points(report)

# %% [markdown]
# ## 2 · Another extension ★ (two lines missing)
#
# ALPN says which protocols the client would speak inside, best first. It has the number 16 (`00
# 10`), and its body is a list of names (RFC 7301 §3.1):
#
#     opaque ProtocolName<1..2^8-1>;
#
#     struct {
#         ProtocolName protocol_name_list<2..2^16-1>
#     } ProtocolNameList;
#
# `<1..2^8-1>` tells how many bytes may stand there, and with that how many bytes the length takes.
# The loop is there; the line inside it and the last one are yours.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# `server_name` above ends in a list inside a body, too. What differs is an entry: it has no `00` in
# front.
#
# <details><summary>Hint 2: the shape</summary>
#
# In the loop one name goes behind the others, in a vector. The last line wraps them twice more and
# puts the number in front.
#
# <details><summary>Hint 3: the first line</summary>
#
# `names += vector(one.encode("ascii"), ...)`
#
# </details></details></details>


# %% tags=["solution"]
def my_alpn(protocols: list[str]) -> bytes:
    """Return the whole extension, number and lengths included (RFC 7301 §3.1)."""
    names = b""
    for one in protocols:
        ### BEGIN SOLUTION
        names += vector(one.encode("ascii"), 1)
    return b"\x00\x10" + vector(vector(names, 2), 2)
    ### END SOLUTION


# %%
report = this.check("my_alpn")
report

# %% grade="my_alpn" points=3
points(report)

# %% [markdown]
# Live: our client's hello, with your extension in it. OpenSSL's server speaks `http/1.1` only, the
# second name on your list.

# %%
live = this.live("my_alpn")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# The list has its length, and the body around it has one too, always two bytes more. What is the
# outer one good for?
#
# - **a** It hides from others how many names there are.
# - **b** Who does not know the number of the extension can pass over its body.
# - **c** It says how many protocols are on the list.
# - **d** It makes each field begin at an even place.


# %% tags=["solution"]
def why_the_outer_length() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_the_outer_length")
report

# %% grade="why_the_outer_length" points=1
points(report)

# %% [markdown]
# ## 3 · Write a ClientHello ★★
#
#     struct {
#         ProtocolVersion client_version;
#         Random random;
#         SessionID session_id;
#         CipherSuite cipher_suites<2..2^16-2>;
#         CompressionMethod compression_methods<1..2^8-1>;
#         select (extensions_present) {
#             case false: struct {};
#             case true:  Extension extensions<0..2^16-1>;
#         };
#     } ClientHello;
#
# RFC 5246 §7.4.1.2; in front goes the header of every handshake message (§7.4): its type, 1, in one
# byte, and the length of what follows in three.

# %% [markdown]
# The fields come as a dict with these six names. In it:
#
# - version, suites and methods are numbers; `SessionID` is `<0..32>`;
# - `extensions` is a list of pairs `[number, body]`, in the order in which they go out; or `None`:
#   then the field is not there at all. That is something else than an empty list.
#
# Write what the dict says, whether you know a number or not: a client may want to send GREASE, or a
# server may be tested. Here is one:

# %%
example = {
    "client_version": 0x0303,
    "random": bytes(range(32)),
    "session_id": b"",
    "cipher_suites": [0xC02F, 0xC02B],
    "compression_methods": [0],
    "extensions": [[0, b"\x00\x0c\x00\x00\x09a.example"], [23, b""]],
}

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# In the declaration: what has `<…>` behind it is a vector, the rest has a fixed size. For an
# extension RFC 5246 §7.4.1.4 has a declaration of its own.
#
# <details><summary>Hint 2: the shape</summary>
#
# First the suites as one run of bytes, then the body, field by field, and at last the header in front
# of it. A loop over the extensions, inside an `if`.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `suites = b"".join(one.to_bytes(2, "big") for one in hello["cipher_suites"])`, then `body =
# hello["client_version"].to_bytes(2, "big") + ...`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_encode_client_hello(hello: dict) -> bytes:
    """Return the message with its header (RFC 5246 §7.4, §7.4.1.2)."""
    ### BEGIN SOLUTION
    suites = b"".join(one.to_bytes(2, "big") for one in hello["cipher_suites"])
    body = hello["client_version"].to_bytes(2, "big") + hello["random"]
    body += vector(hello["session_id"], 1) + vector(suites, 2)
    body += vector(bytes(hello["compression_methods"]), 1)
    if hello["extensions"] is not None:
        entries = b""
        for number, content in hello["extensions"]:
            entries += number.to_bytes(2, "big") + vector(content, 2)
        body += vector(entries, 2)
    return b"\x01" + vector(body, 3)
    ### END SOLUTION


# %%
report = this.check("my_encode_client_hello")
report

# %% grade="my_encode_client_hello" points=5
points(report)

# %% [markdown]
# Live: our client's fields in your bytes, and OpenSSL answers.

# %%
live = this.live("my_encode_client_hello")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# This is how a browser's first flight begins, record and all:

# %%
hellos.recorded("chromium").flight[:11].hex(" ")

# %% [markdown]
# There are two versions in it. A server that looks for the highest version that this client can do
# in TLS 1.2's way (no list of versions was there yet), where does it look?
#
# - **a** In the last two bytes: `client_version`.
# - **b** In bytes 1 and 2, `03 01`.
# - **c** In the length of the suites.
# - **d** In the first bytes of the random.


# %% tags=["solution"]
def which_version() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("which_version")
report

# %% grade="which_version" points=1
points(report)

# %% [markdown]
# ## 4 · Read one ★★★
#
# Now the other way: a message, header first, and you return the dict of task 3. This has to work for
# hellos that others wrote, so among the inputs are Chromium's and OpenSSL's (with another random and
# in another order).
#
# Whoever reads must also *check* (RFC 5246 §7.4.1.2 says what a server does otherwise). Return `None`
# for a message that breaks its declaration: a length that does not fit, fewer or more bytes in a
# field than `<…>` allows, bytes behind the last field. A number that you don't know breaks nothing.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Every field begins where the one before it ended. So you need a place, `at`, that moves on; and for
# every length one question: is there that much left?
#
# <details><summary>Hint 2: the shape</summary>
#
# A small function inside that returns the next `size` bytes and moves on, and raises `ValueError` if
# there are fewer. With it a second one for vectors. At the end: is `at` where the message ends?
#
# <details><summary>Hint 3: the first lines</summary>
#
# `rest = message[4:]`, and then `def take(size): nonlocal rest …` with `head, rest = rest[:size],
# rest[size:]`. One `try … except ValueError: return None` around all of it.
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_decode_client_hello(message: bytes) -> dict | None:
    """Return the fields, None for a broken message (RFC 5246 §7.4.1.2, §7.4.1.4)."""
    ### BEGIN SOLUTION
    rest = message

    def take(size):
        nonlocal rest
        if size > len(rest):
            raise ValueError("too short")
        head, rest = rest[:size], rest[size:]
        return head

    def number(size):
        return int.from_bytes(take(size), "big")

    def counted(size, floor, ceiling):
        content = take(number(size))
        if not floor <= len(content) <= ceiling:
            raise ValueError("not as many bytes as declared")
        return content

    try:
        take(1)
        if number(3) != len(rest):
            return None
        hello = {"client_version": number(2), "random": take(32), "session_id": counted(1, 0, 32)}
        suites = counted(2, 2, 2**16 - 2)
        if len(suites) % 2:
            return None
        hello["cipher_suites"] = [
            int.from_bytes(suites[at : at + 2], "big") for at in range(0, len(suites), 2)
        ]
        hello["compression_methods"] = list(counted(1, 1, 255))
        hello["extensions"] = None
        if rest:
            hello["extensions"] = []
            if number(2) != len(rest):
                return None
            while rest:
                hello["extensions"].append([number(2), counted(2, 0, 2**16 - 1)])
    except ValueError:
        return None
    return hello
    ### END SOLUTION


# %%
report = this.check("my_decode_client_hello")
report

# %% grade="my_decode_client_hello" points=6
points(report)

# %% [markdown]
# Live: OpenSSL opens, and our server goes by what you read.

# %%
live = this.live("my_decode_client_hello")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Three bytes stand behind the last extension, counted in the header, but in no field. A server that
# is true to the RFC refuses the hello. Why not pass over them?
#
# - **a** The bytes could not be decrypted.
# - **b** To save three bytes.
# - **c** They might belong to the random.
# - **d** The message is in none of the forms that are declared, and whoever wrote it read another
#   declaration.


# %% tags=["solution"]
def why_refuse() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_refuse")
report

# %% grade="why_refuse" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A length in TLS counts bytes and not entries. What does that make possible for a reader that meets
# a list whose entries it does not understand?

# %% [markdown] explain="explain-bytes-not-entries" points=2
# It knows where the list ends without knowing how its entries look, so it can pass over the whole
# field and go on with the next one. With a number of entries it would have to know the size of each
# entry, and a new kind of entry would make all older readers lose their place.
#
# **What to look for.** 1 point: the end of the field is known without understanding what is in it.
# 1 point: what follows from that, as passing over unknown extensions or new kinds of entries that
# don't break old readers.

# %% [markdown]
# Your server finds the numbers `5a5a` and `1302` in a client's list of suites and knows neither. What
# should it do with them, and what would happen to the web if servers refused such hellos?

# %% [markdown] explain="explain-unknown-numbers" points=2
# It passes over them and chooses among the rest: a client may offer more than this server knows. So
# RFC 5246 §7.4.1.2 has it. `1302` is a suite of TLS 1.3, and `5a5a` means nothing: it is GREASE, sent so that
# servers stay used to numbers that they don't know. If servers refused them, no client could ever
# offer something new without being turned away by old servers.
#
# **What to look for.** 1 point: unknown numbers are ignored and the rest is processed as usual.
# 1 point: new suites, versions or extensions could not be brought in any more (GREASE by name is not
# needed).

# %% [markdown]
# **Back to** [lesson 01](../../notebooks/01_client_hello.ipynb). The server answers:
# [exercise 02](../02_server_hello/02_server_hello.ipynb).
