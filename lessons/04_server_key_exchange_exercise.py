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
# # Exercise 04 · ServerKeyExchange ★★★
#
# **You need:** [lesson 04](../../notebooks/04_server_key_exchange.ipynb).<br>
# **Time:** 75 minutes.<br>
# **RFC sections:** 5246 §4.7, §7.4.1.4.1, §7.4.3; 8422 §5.4, §5.10; 9846 §4.3.3.
#
# You will take the message apart, sign it for a server and verify it for a client. Then OpenSSL
# verifies what you signed, you verify what OpenSSL signed, and four attackers try their luck.

# %%
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tlskit import show
from tlskit.exercises import exercise, points

this = exercise("04_server_key_exchange")

# %% [markdown]
# ## 1 · The parameters ★ (worked)
#
# The body begins with the parameters (RFC 8422 §5.4):
#
# | field | bytes |
# |---|---|
# | curve type: 3, a *named curve* | 1 |
# | the curve's number, its *group* | 2 |
# | length of the public key | 1 |
# | the public key | as the length says |
#
# Here is the function that writes them.


# %%
def ecdh_params(group: int, public: bytes) -> bytes:
    """Return the parameters: 36 bytes with x25519, 69 with secp256r1."""
    return bytes([3]) + group.to_bytes(2, "big") + bytes([len(public)]) + public


# %%
point = b"\x04" + bytes(64)
len(ecdh_params(29, bytes(32))), len(ecdh_params(23, point)), ecdh_params(23, point)[:5].hex(" ")

# %% [markdown]
# Another body begins with `03 00 1d 20`. What is it about? (`tlskit.registry.NamedGroup` has the
# numbers.) Return the letter.
#
# - **a** secp256r1, and a public key of 32 bytes
# - **b** x25519, and a public key of 32 bytes
# - **c** x25519, and a public key of 29 bytes
# - **d** group 3, and a public key of 29 bytes


# %% tags=["solution"]
def which_group() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("which_group")
report

# %% grade="which_group" points=1
points(report)

# %% [markdown]
# ## 2 · Take it apart ★ (lines missing)
#
# Behind the parameters stands the signature, as every signature of TLS 1.2 (§4.7):
#
# | field | bytes |
# |---|---|
# | the scheme, a number: hash and kind of signature | 2 |
# | length of the signature | 2 |
# | the signature | as the length says |
#
# The signature is the last thing in the body. Return `None` if its length is not that of all that
# is left. `end` is where the parameters end.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Count from `end` on: which bytes are the scheme, which the length, and where does the signature
# begin?
#
# <details><summary>Hint 2: the shape</summary>
#
# Three slices of `body`. Two of them become numbers, as `group` does. Then an `if`.
#
# <details><summary>Hint 3: the first line</summary>
#
# `scheme = int.from_bytes(body[end : end + ...], "big")`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_take_apart(body: bytes) -> dict | None:
    """Return the fields of ServerKeyExchange, None if the signature's length does not fit."""
    end = 4 + body[3]
    params, public = body[:end], body[4:end]
    group = int.from_bytes(body[1:3], "big")
    ### BEGIN SOLUTION
    scheme = int.from_bytes(body[end : end + 2], "big")
    length = int.from_bytes(body[end + 2 : end + 4], "big")
    signature = body[end + 4 :]
    if len(signature) != length:
        return None
    ### END SOLUTION
    fields = {"params": params, "group": group, "public": public}
    return fields | {"scheme": scheme, "signature": signature}


# %%
report = this.check("my_take_apart")
report

# %% grade="my_take_apart" points=3
points(report)

# %% [markdown]
# Now our client reads what OpenSSL's servers send with your function. They have three kinds of keys
# and two curves.

# %%
live = this.live("my_take_apart")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# The signature is the last field, so its length could be computed. Why compare the two?
#
# - **a** Two programs that cut the same bytes differently can be played off against each other.
# - **b** Only signatures of a fixed length can be sent.
# - **c** Otherwise the record's header would be wrong.
# - **d** The length tells how much was signed.


# %% tags=["solution"]
def why_two_lengths() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("why_two_lengths")
report

# %% grade="why_two_lengths" points=1
points(report)

# %% [markdown]
# ## 3 · Sign, for a server ★★
#
# What is signed (RFC 8422 §5.4):
#
#     ClientHello.random + ServerHello.random + ServerKeyExchange.params
#
# Return what stands *behind* the parameters: scheme, length, signature, as in task 2. The
# `private_key` is PEM (bytes) and always fits the scheme; `load_pem_private_key(private_key, None)`
# reads it.
#
# Each kind of key has a `sign` of its own:
#
# | schemes | call |
# |---|---|
# | `0x0401` … `0x0601` RSA | `sign(content, padding.PKCS1v15(), hash)` |
# | `0x0804` … `0x0806` RSA | `sign(content, padding.PSS(...), hash)` |
# | `0x0403` … `0x0603` ECDSA | `sign(content, ec.ECDSA(hash))` |
# | `0x0807` Ed25519 | `sign(content)` |

# %% [markdown]
# Each of these takes the content itself. PSS is `padding.PSS(padding.MGF1(hash), length)`, where
# `length` is that of a salt, in bytes; TLS wants it as long as the hash, `hash.digest_size`
# (RFC 9846 §4.3.3). The hashes:

# %%
HASHES = {
    **{0x0401: hashes.SHA256(), 0x0501: hashes.SHA384(), 0x0601: hashes.SHA512()},
    **{0x0804: hashes.SHA256(), 0x0805: hashes.SHA384(), 0x0806: hashes.SHA512()},
    **{0x0403: hashes.SHA256(), 0x0503: hashes.SHA384(), 0x0603: hashes.SHA512()},
}

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Four rows in the table, so four ways to sign. `isinstance(key, rsa.RSAPrivateKey)` tells one kind
# of key from the others; what tells the two RSA rows apart?
#
# <details><summary>Hint 2: the shape</summary>
#
# First `content`, from three arguments. Then `signature`, by `if`, `elif`, `else`. Then three parts,
# one after the other.
#
# <details><summary>Hint 3: the first lines</summary>
#
# `key = load_pem_private_key(private_key, None)` and
# `if isinstance(key, ed25519.Ed25519PrivateKey): ...`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_sign(
    scheme: int, private_key: bytes, client_random: bytes, server_random: bytes, params: bytes
) -> bytes:
    """Return scheme, length and signature for these parameters (RFC 5246 §4.7, §7.4.3)."""
    ### BEGIN SOLUTION
    key = load_pem_private_key(private_key, None)
    content = client_random + server_random + params
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(content)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(content, ec.ECDSA(HASHES[scheme]))
    else:
        signature = key.sign(content, rsa_padding(scheme), HASHES[scheme])
    return scheme.to_bytes(2, "big") + len(signature).to_bytes(2, "big") + signature


def rsa_padding(scheme):
    if scheme < 0x0800:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(HASHES[scheme]), HASHES[scheme].digest_size)
    ### END SOLUTION


# %% [markdown]
# Some signatures differ in every run. So the check does not compare yours with ours: it finds out
# which bytes the key has signed, and by which rule.

# %%
report = this.check("my_sign")
report

# %% grade="my_sign" points=5
points(report)

# %% [markdown]
# Now you sign for our server, with three kinds of keys, and OpenSSL's client verifies.

# %%
live = this.live("my_sign")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Sign the same content with the same key twice, by RSA with PSS: the two signatures differ. Why?
#
# - **a** The randoms of the hellos are others the second time.
# - **b** The key has changed in between.
# - **c** One of the two is wrong.
# - **d** PSS draws a salt for each signature.


# %% tags=["solution"]
def why_not_equal() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_not_equal")
report

# %% grade="why_not_equal" points=1
points(report)

# %% [markdown]
# ## 4 · Verify, for a client ★★★
#
# `certificate` is the server's leaf (DER), already believed. `groups` and `schemes` are the numbers
# that *you* offered in ClientHello. Return the alert for the first fault (§7.2.2), or an empty text:
#
# | what is wrong | alert |
# |---|---|
# | the signature's length does not fit | `decode_error` |
# | the curve type is not 3 | `illegal_parameter` |
# | the group was not offered | `illegal_parameter` |
# | the scheme was not offered (§7.4.3) | `illegal_parameter` |
# | the scheme is for another kind of key than the certificate's | `illegal_parameter` |
# | the signature does not fit | `decrypt_error` |

# %% [markdown]
# `x509.load_der_x509_certificate(certificate).public_key()` is the key. Its `verify` takes the
# signature first, then what `sign` takes; it returns nothing if the signature fits, and raises
# `InvalidSignature` if not. For the kinds there are `rsa.RSAPublicKey`,
# `ec.EllipticCurvePublicKey` and `ed25519.Ed25519PublicKey`. An ECDSA scheme goes with any curve in
# TLS 1.2: only the hash counts.
#
# You may call what you wrote above. Not written yet? The first lines of `my_take_apart` show where the
# parameters end; behind them come 2 bytes of scheme, 2 of length, and the signature.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# Five rows of the table need no cryptography at all. Do them first. For the fifth: the second byte
# of a scheme below `0x0800` is 1 for RSA and 3 for ECDSA (§7.4.1.4.1).
#
# <details><summary>Hint 2: the shape</summary>
#
# One `if` for a row, each with `return`. At the end `try: key.verify(...)`, and
# `except InvalidSignature`. What is returned when nothing was raised?
#
# <details><summary>Hint 3: the first lines</summary>
#
# `fields = my_take_apart(body)`, then `if fields is None: ...`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_verify(
    body: bytes,
    certificate: bytes,
    client_random: bytes,
    server_random: bytes,
    groups: list[int],
    schemes: list[int],
) -> str:
    """Return the alert for the first fault, "" for a message to be believed."""
    ### BEGIN SOLUTION
    fields = my_take_apart(body)
    if fields is None:
        return "decode_error"
    scheme = fields["scheme"]
    key = x509.load_der_x509_certificate(certificate).public_key()
    if body[0] != 3 or fields["group"] not in groups:
        return "illegal_parameter"
    if scheme not in schemes or not isinstance(key, kind_for(scheme)):
        return "illegal_parameter"
    content = client_random + server_random + fields["params"]
    try:
        key.verify(fields["signature"], content, *how(scheme))
    except InvalidSignature:
        return "decrypt_error"
    return ""


def kind_for(scheme):
    if scheme == 0x0807:
        return ed25519.Ed25519PublicKey
    if scheme < 0x0800 and scheme % 256 == 3:
        return ec.EllipticCurvePublicKey
    return rsa.RSAPublicKey


def how(scheme):
    if kind_for(scheme) is ed25519.Ed25519PublicKey:
        return ()
    if kind_for(scheme) is ec.EllipticCurvePublicKey:
        return (ec.ECDSA(HASHES[scheme]),)
    return rsa_padding(scheme), HASHES[scheme]
    ### END SOLUTION


# %%
report = this.check("my_verify")
report

# %% grade="my_verify" points=6
points(report)

# %% [markdown]
# Yours is now the client that verifies. OpenSSL's servers are honest. After them come a man in the
# middle with a key of his own, somebody with yesterday's message whose key has leaked, and two
# servers that choose what you did not offer.

# %%
live = this.live("my_verify")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# Why do the randoms belong to what is signed?
#
# - **a** They are secret, and the signature hides them.
# - **b** Without them there would be too few bytes to sign.
# - **c** The client's random is new, so no old signature can cover it.
# - **d** They show that the certificate was issued today.


# %% tags=["solution"]
def why_randoms() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "c"
    ### END SOLUTION


# %%
report = this.check("why_randoms")
report

# %% grade="why_randoms" points=1
points(report)

# %% [markdown]
# ## In your own words
#
# A friend says: ServerKeyExchange is signed with the private key, so nobody but the client can read
# the key in it. What is right about that, and what is not?

# %% [markdown] explain="explain-signed" points=2
# It is signed with the private key. But a signature hides nothing: the public key stands in the
# message for everybody to read, and need not be hidden. What the signature gives is that nobody else
# can put another key in its place: anybody can check it with the key in the certificate.
#
# **What to look for.** 1 point: signing is not encrypting; the parameters are readable, and may be.
# 1 point: what it does give: the parameters come from whoever has the certificate's key, unchanged.

# %% [markdown]
# The server has two key pairs here: the one of its certificate, and a new one in each
# ServerKeyExchange. What is each of them for? What does somebody get who steals the certificate's
# private key next year, and has recorded today's handshake?

# %% [markdown] explain="explain-two-keys" points=2
# The certificate's key signs: it says who the server is. The new one makes the shared secret, and is
# forgotten after the handshake. Whoever steals the certificate's key next year can play the server
# from then on, until it is revoked; today's recording stays closed, because that key never encrypted
# anything in it.
#
# **What to look for.** 1 point: one key says who it is, the other makes the secret of this
# connection. 1 point: the recording stays closed (forward secrecy), while playing the server becomes
# possible.

# %% [markdown]
# **Back to** [lesson 04](../../notebooks/04_server_key_exchange.ipynb). **Next:**
# [exercise 05](../05_client_key_exchange/05_client_key_exchange.ipynb).
