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
# # Exercise 02 · ServerHello ★★
#
# **You need:** [lesson 02](../../notebooks/02_server_hello.ipynb).<br>
# **Time:** 75 minutes.<br>
# **RFC sections:** 5246 §7.4.1.3, §7.4.1.4, §7.4.2, App. E.1; 9846 §4.3.1; 8422 §4, §5.1; 5746 §3.2
# to §3.4; 7627 §5.1.
#
# First you are the server, which chooses from a hello; then the client, which reads the answer and
# must not believe all of it. OpenSSL takes the other side each time.

# %%
from tlskit import show
from tlskit.exercises import exercise, points

this = exercise("02_server_hello")

# %% [markdown]
# ## 1 · Whose order? ★ (worked)
#
# The client's list is best first (RFC 5246 §7.4.1.2), and so is the server's own. Which of the two
# orders counts, the RFC leaves to the server. Both ways in one function:


# %%
def first_common(client: list[str], server: list[str], order: str) -> str:
    """Return the best suite that both have, "" for none; `order` is "client" or "server"."""
    first, second = (client, server) if order == "client" else (server, client)
    for suite in first:
        if suite in second:
            return suite
    return ""


# %%
client, server = ["red", "green", "blue"], ["blue", "yellow", "green"]
first_common(client, server, "client"), first_common(client, server, "server")

# %% [markdown]
# Another client offers `["yellow", "green", "blue"]`, and meets the same server, which goes by its
# own order. What is taken?
#
# - **a** `green`: it stands in the middle of the client's list.
# - **b** one of the three by chance.
# - **c** `yellow`: it is the client's favourite, and the server has it.
# - **d** `blue`


# %% tags=["solution"]
def whose_choice() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("whose_choice")
report

# %% grade="whose_choice" points=1
points(report)

# %% [markdown]
# ## 2 · The version ★★ (lines to order)
#
# Three places in a first flight look as if they said the version: the record's header,
# `client_version`, and in newer hellos the extension supported_versions.
#
# - *With* that list, a server may only take a version that stands in it, and does not choose by
#   client_version (RFC 9846 §4.3.1).
# - *Without*, client_version is the highest that the client can do (RFC 5246 App. E.1); and then TLS
#   1.2 is the most that a server takes, even if a higher number stands there (RFC 9846 §4.3.1).

# %% [markdown]
# Take the highest version that both can do; 0 if there is none. `hello` is a dict with
# `record_version`, `client_version` and `supported_versions` (a list, or `None` if there is no such
# extension). `known` are the server's versions, in no order. TLS 1.2 is `0x0303`.
#
# Here are the seven lines, out of order. Put them right, and give each its place from the left:
#
#     common = [one for one in known if one in listed]
#     return max(common, default=0)
#     newest = min(hello["client_version"], 0x0303)
#     else:
#     listed = hello["supported_versions"]
#     common = [one for one in known if one <= newest]
#     if listed is None:

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Which line makes a name that others use? It has to come before them.
#
# <details><summary>Hint 2: the shape</summary>
#
# Two ways, each with a `common` of its own; one way has two lines. What is left stands before or
# behind both.
#
# <details><summary>Hint 3: the first line</summary>
#
# `listed = hello["supported_versions"]`
#
# </details></details></details>


# %% tags=["solution"]
def my_version(hello: dict, known: list[int]) -> int:
    """Return the version to speak, 0 for none (RFC 9846 §4.3.1, RFC 5246 App. E.1)."""
    ### BEGIN SOLUTION
    listed = hello["supported_versions"]
    if listed is None:
        newest = min(hello["client_version"], 0x0303)
        common = [one for one in known if one <= newest]
    else:
        common = [one for one in known if one in listed]
    return max(common, default=0)
    ### END SOLUTION


# %%
report = this.check("my_version")
report

# %% grade="my_version" points=3
points(report)

# %% [markdown]
# Live: OpenSSL's client three times, able to do TLS 1.3, TLS 1.2 or both. Our server can do TLS 1.2
# and asks your function.

# %%
live = this.live("my_version")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# For twenty years one number, the highest version, had been enough. Why did TLS 1.3 bring a list?
#
# - **a** A list takes fewer bytes.
# - **b** Too many servers broke off when they met a number higher than they knew; numbers in a list
#   can be passed over.
# - **c** The list is encrypted.
# - **d** The old field could not say which version the client likes best.


# %% tags=["solution"]
def why_a_list() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_a_list")
report

# %% grade="why_a_list" points=1
points(report)

# %% [markdown]
# ## 3 · The suite, and what it needs ★★
#
# `first_common` is not enough: a suite on both lists may still be one that this server can't serve.
# You are given two dicts:
#
# | | `client` | `server` |
# |---|---|---|
# | `suites` | names, best first | names, best first |
# | `groups` | names, or `None` | names, best first |
# | `certificates` | | kinds of key: `rsa`, `ecdsa` |
# | `order` | | whose order counts for suites |
#
# For groups the server's order counts always. `None` means that the client listed none: then the
# server is free to choose (RFC 8422 §4).

# %% [markdown]
# Return a dict with `suite`, `certificate` (the kind that is used) and `group`, or `None` if nothing
# will do. The rules:
#
# - A suite's name asks for a certificate's key (RFC 5246 §7.4.2): ECDSA for `TLS_ECDHE_ECDSA_…`, RSA
#   for the others here, `TLS_ECDHE_RSA_…` and `TLS_RSA_…`.
# - ECDHE needs a group that both know (RFC 8422 §5.1). RSA key transport (`TLS_RSA_…`) needs none, and
#   `group` is `""` then.
# - A name that you don't know stands for a number without a name, as `2a2a`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Lesson 02, its second and third lists: what did a server have to strike out before it took the
# first?
#
# <details><summary>Hint 2: the shape</summary>
#
# The group does not depend on the suite: find it first. Then the loop of `first_common`, with more
# reasons to go on to the next suite.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `known = server["groups"] if client["groups"] is None else client["groups"]`, then `shared = [one for
# one in server["groups"] if one in known]`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_choice(client: dict, server: dict) -> dict | None:
    """Return suite, certificate and group (RFC 5246 §7.4.1.3, RFC 8422 §5.1)."""
    ### BEGIN SOLUTION
    known = server["groups"] if client["groups"] is None else client["groups"]
    shared = [one for one in server["groups"] if one in known]
    first, second = client["suites"], server["suites"]
    if server["order"] == "server":
        first, second = second, first
    for suite in first:
        kind = "ecdsa" if "_ECDSA_" in suite else "rsa"
        if suite not in second or kind not in server["certificates"]:
            continue
        if not suite.startswith("TLS_ECDHE_"):
            return {"suite": suite, "certificate": kind, "group": ""}
        if shared:
            return {"suite": suite, "certificate": kind, "group": shared[0]}
    return None
    ### END SOLUTION


# %%
report = this.check("my_choice")
report

# %% grade="my_choice" points=5
points(report)

# %% [markdown]
# Live: five times OpenSSL's client and our server, which takes what you choose, whether or not that
# can go well. (It is always the server's order here; the last of the five is drawn below.)

# %%
live = this.live("my_choice")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# A server with an ECDSA certificate alone took `TLS_RSA_WITH_AES_128_GCM_SHA256`, which stands on both
# lists. The handshake fails. Which rule was broken?
#
# - **a** The certificate's key must be of the kind that the suite asks for.
# - **b** A server may only take what the client offered.
# - **c** Both sides must know a common curve.
# - **d** The client's order must be kept.


# %% tags=["solution"]
def which_rule_fails() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("which_rule_fails")
report

# %% grade="which_rule_fails" points=1
points(report)

# %% [markdown]
# ## 4 · Read the answer ★★
#
#     struct {
#         ProtocolVersion server_version;
#         Random random;
#         SessionID session_id;
#         CipherSuite cipher_suite;
#         CompressionMethod compression_method;
#         select (extensions_present) {
#             case false: struct {};
#             case true:  Extension extensions<0..2^16-1>;
#         };
#     } ServerHello;
#
# RFC 5246 §7.4.1.3. The message comes with its header, four bytes; `SessionID` is `<0..32>`. Return a
# dict with these six names: numbers for version, suite and method, and extensions as a list of
# `[number, body]` in their order, `None` if the field is not there. Return `None` for a message that
# breaks its declaration.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# In exercise 01 you read a ClientHello. Lay the two declarations side by side: two lines differ.
#
# <details><summary>Hint 2: the shape</summary>
#
# The same small functions: one takes `size` bytes and moves on, and complains if there are not so
# many.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `rest = message`, then `def take(size):` with `nonlocal rest` in it.
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_decode_server_hello(message: bytes) -> dict | None:
    """Return the fields, None for a broken message (RFC 5246 §7.4.1.3, §7.4.1.4)."""
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

    try:
        take(1)
        if number(3) != len(rest):
            return None
        hello = {"server_version": number(2), "random": take(32), "session_id": take(number(1))}
        if len(hello["session_id"]) > 32:
            return None
        hello["cipher_suite"], hello["compression_method"] = number(2), number(1)
        hello["extensions"] = None
        if rest:
            hello["extensions"] = []
            if number(2) != len(rest):
                return None
            while rest:
                hello["extensions"].append([number(2), take(number(2))])
    except ValueError:
        return None
    return hello
    ### END SOLUTION


# %%
report = this.check("my_decode_server_hello")
report

# %% grade="my_decode_server_hello" points=4
points(report)

# %% [markdown]
# Live: OpenSSL answers four times, and our client goes by what you read.

# %%
live = this.live("my_decode_server_hello")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# `cipher_suites` in ClientHello has a length in front, `cipher_suite` in ServerHello has none. Why?
#
# - **a** A suite takes fewer bytes in a ServerHello.
# - **b** A length before one suite could not be decoded.
# - **c** A server names exactly one, so the field has two bytes every time.
# - **d** The length would give away which certificate comes.


# %% tags=["solution"]
def why_not_one_list() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("why_not_one_list")
report

# %% grade="why_not_one_list" points=1
points(report)

# %% [markdown]
# ## 5 · Take it or refuse it ★★★
#
# What decodes need not be believed: nobody has proved yet who wrote it. Compare the answer with your
# offer. `answer` is the dict of task 4; `offer` has `client_version`, `session_id`, `cipher_suites`
# and `extensions`, here a list of numbers alone. The client can do this one version only.

# %% [markdown]
# Return the alert's name, `protocol_version`, `illegal_parameter`, `unsupported_extension` or
# `handshake_failure`, if
#
# - the version is another one (RFC 5246 App. E.1);
# - suite or compression (only 0, `null`) were not offered (RFC 5246 §7.4.1.3; of the four §7.2.2 has
#   one for a field that does not fit with other fields);
# - an extension was not offered (RFC 5246 §7.4.1.4);
# - renegotiation_info, `0xff01`, is not that of a first handshake (RFC 5746 §3.2, §3.4).

# %% [markdown]
# Two traps. Not all numbers on the client's list are suites: `0x00ff` and `0x5600` are signals, and
# GREASE (`0x0a0a`, `0x1a1a`, …, `0xfafa`) means nothing; a server can't take them (RFC 5746 §3.3, RFC
# 8701 §3.1). And `0x00ff` says the same as an empty renegotiation_info (RFC 5746 §3.3), so a server may
# answer it by that extension.
#
# If all is well, return a dict of three, each True or False:
#
# - `resumed`: the client's session goes on (RFC 5246 §7.4.1.3);
# - `extended_master_secret`: both sent extension 23 (RFC 7627 §5.1), whose body is empty;
# - `secure_renegotiation`: the server answered with renegotiation_info (RFC 5746 §3.4).

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Three of the sections say which alert is sent, in so many words. For renegotiation_info, which bytes
# are a vector `<0..255>` with nothing in it?
#
# <details><summary>Hint 2: the shape</summary>
#
# One `if … return` after the other, then the dict. Extensions may be `None`. Make a list of all
# extension numbers that may come before you look at them.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `answers = dict(answer["extensions"] or [])`, then `asked = list(offer["extensions"])`, and one more
# in it if the signal is on the list.
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_settled(offer: dict, answer: dict) -> dict | str:
    """Return what is settled, or the name of an alert (RFC 5246 §7.4.1.3, §7.4.1.4)."""
    ### BEGIN SOLUTION
    suite, answers = answer["cipher_suite"], dict(answer["extensions"] or [])
    meaningless = [0x00FF, 0x5600, *range(0x0A0A, 0x10000, 0x1010)]
    asked = list(offer["extensions"])
    if 0x00FF in offer["cipher_suites"]:
        asked.append(0xFF01)
    if answer["server_version"] != offer["client_version"]:
        return "protocol_version"
    if suite not in offer["cipher_suites"] or suite in meaningless:
        return "illegal_parameter"
    if answer["compression_method"] != 0:
        return "illegal_parameter"
    if any(number not in asked for number in answers):
        return "unsupported_extension"
    if answers.get(0xFF01, b"\x00") != b"\x00":
        return "handshake_failure"
    same = answer["session_id"] == offer["session_id"]
    return {
        "resumed": same and offer["session_id"] != b"",
        "extended_master_secret": 23 in answers,
        "secure_renegotiation": 0xFF01 in answers,
    }
    ### END SOLUTION


# %%
report = this.check("my_settled")
report

# %% grade="my_settled" points=6
points(report)

# %% [markdown]
# Live: five answers from OpenSSL. Somebody on the way changes three of them before your function
# sees them.

# %%
live = this.live("my_settled")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Somebody on the way strikes the best suites from the *ClientHello*. The server's answer is honest,
# and what it took was on your list: your function finds no fault. What would?
#
# - **a** The issuer's signature in the certificate.
# - **b** Finished: both sides hash the hellos, and they saw different ones.
# - **c** TCP's checksum.
# - **d** The signature in ServerKeyExchange, which covers the suite.


# %% tags=["solution"]
def who_notices_later() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("who_notices_later")
report

# %% grade="who_notices_later" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A server's administrator leaves one suite with RSA key transport at the end of the list, "for old
# clients". Most visitors have ECDHE. A new client comes that knows only a curve which this server
# does not know. What happens, and who notices?

# %% [markdown] explain="explain-rsa-transport" points=2
# No suite with ECDHE can be taken, for there is no common curve, so the server goes down its list
# and takes RSA key transport, if the client offers it, too. The handshake goes well and nobody
# notices; but forward secrecy is gone: who gets the certificate's key later can open the recording.
#
# **What to look for.** 1 point: the server falls back to RSA key transport, and the handshake ends
# without an error (or: the client must offer it). 1 point: what is lost, forward secrecy, or that
# recordings can be opened with the key of the certificate.

# %% [markdown]
# "Why does a client check the suite at once? If somebody changed the ServerHello, both will find out
# at Finished anyway." Give a reason to refuse early.

# %% [markdown] explain="explain-refuse-early" points=2
# Finished is only as strong as what was chosen: if the answer leads the client to something weak that
# it never offered, an attacker may be able to make a Finished that fits. And if the server itself
# chose wrongly, Finished agrees, for both saw the same bytes; only the comparison with the offer finds
# it.
#
# **What to look for.** 1 point: Finished rests on what was chosen, or finds only different bytes and
# not a wrong choice. 1 point: a consequence, as that the client would use something weak, or something
# that it cannot do.

# %% [markdown]
# **Back to** [lesson 02](../../notebooks/02_server_hello.ipynb). Next comes the certificate:
# [exercise 03](../03_certificate/03_certificate.ipynb).
