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
# # Exercise 05 · ClientKeyExchange ★★
#
# **You need:** [lesson 05](../../notebooks/05_client_key_exchange.ipynb).<br>
# **Time:** 60 minutes.<br>
# **RFC sections:** 5246 §7.4.7.1, §4.7; 8422 §5.4, §5.7, §5.10, §5.11.
#
# You will write the client's key exchange twice, with RSA and with ECDHE, and then the server that
# must not say what went wrong. OpenSSL is on the other side each time.

# %%
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, x25519
from cryptography.hazmat.primitives.serialization import load_der_private_key

from tlskit import show
from tlskit.exercises import exercise, points

this = exercise("05_client_key_exchange")

# %% [markdown]
# ## 1 · What the server sees ★ (worked)
#
# With RSA key transport the body of ClientKeyExchange is one value, encrypted for the key in the
# server's certificate. Keys come to your functions as bytes, in DER; the library loads them.
#
# Here is the server's side, whole: it cuts off a length, decrypts, and looks at what it has.


# %%
def opened(body: bytes, private_key: bytes) -> dict:
    """Return what a body of ClientKeyExchange with RSA holds."""
    size = int.from_bytes(body[:2], "big")
    key = load_der_private_key(private_key, None)
    secret = key.decrypt(body[2 : 2 + size], padding.PKCS1v15())
    return {"size": size, "version": secret[:2].hex(), "random": secret[2:].hex()}


# %% [markdown]
# We try it on a body that was recorded in a handshake of the course.

# %%
from tlskit.labs.key_transport import KEY, body_of

form = serialization.PrivateFormat.PKCS8
servers_key = KEY.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
opened(body_of("RSA-2048"), servers_key)

# %% [markdown]
# What is the version inside the encrypted secret for? Return the letter.
#
# - **a** It tells the server which version's keys to make.
# - **b** Nobody on the way can change it, so the server sees if ClientHello's version was lowered.
# - **c** It makes the secret harder to guess.
# - **d** It tells the server how long the secret is.


# %% tags=["solution"]
def why_the_version() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "b"
    ### END SOLUTION


# %%
report = this.check("why_the_version")
report

# %% grade="why_the_version" points=1
points(report)

# %% [markdown]
# ## 2 · Encrypt the secret ★ (lines missing)
#
# Now the client's side (RFC 5246 §7.4.7.1):
#
#     struct {
#         ProtocolVersion client_version;
#         opaque random[46];
#     } PreMasterSecret;
#
# `offered` is the version in ClientHello, `negotiated` the one in ServerHello, both as numbers
# (`0x0303` is TLS 1.2). Two lines are yours: the secret, and the body.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# In the note below the structure in RFC 5246 §7.4.7.1: which version is it? In §4.7: how is a value
# encoded that was encrypted with a public key? `opened` above reads the same bytes.
#
# <details><summary>Hint 2: the shape</summary>
#
# The secret is a sum of two bytes and `random`. What is returned is a sum, too: a length, and what
# the length is for.
#
# <details><summary>Hint 3: the first line</summary>
#
# `number.to_bytes(2, "big")` makes two bytes of a number; you need it in both places.
#
# </details></details></details>


# %% tags=["solution"]
def my_rsa_body(offered: int, negotiated: int, random: bytes, certificate: bytes) -> bytes:
    """Return the body of ClientKeyExchange with RSA; `random` has 46 bytes (§7.4.7.1)."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    ### BEGIN SOLUTION
    secret = offered.to_bytes(2, "big") + random
    ### END SOLUTION
    encrypted = key.encrypt(secret, padding.PKCS1v15())
    ### BEGIN SOLUTION
    return len(encrypted).to_bytes(2, "big") + encrypted
    ### END SOLUTION


# %% [markdown]
# The padding is random, so no two bodies are alike: the check decrypts yours.

# %%
report = this.check("my_rsa_body")
report

# %% grade="my_rsa_body" points=4
points(report)

# %%
live = this.live("my_rsa_body")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# A year later somebody has a recording of that handshake and wants to read it. Which key does she
# need?
#
# - **a** The private key that belongs to the server's certificate.
# - **b** The private key that belongs to ServerKeyExchange.
# - **c** None: both randoms are in the recording.
# - **d** The client's private key.


# %% tags=["solution"]
def which_key_opens_it() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "a"
    ### END SOLUTION


# %%
report = this.check("which_key_opens_it")
report

# %% grade="which_key_opens_it" points=1
points(report)

# %% [markdown]
# ## 3 · The shared secret ★★
#
# With ECDHE nothing is encrypted. Each side computes the same secret from its own private key and
# the other's public one; in TLS 1.2 that is the pre-master secret (RFC 8422 §5.10).
#
# The library computes it: `key.exchange(ec.ECDH(), peer)` for a curve, where `peer` comes from
# `ec.EllipticCurvePublicKey.from_encoded_point(key.curve, data)`; `key.exchange(peer)` for x25519,
# with `x25519.X25519PublicKey.from_public_bytes(data)`.

# %% [markdown]
# You decide about the rest. Return None where the handshake has to end:
#
# - a curve's point that is not in the form which begins with the byte 04 (the library is more
#   generous than TLS: RFC 8422 §5.1.2);
# - bytes that are no point of the curve (RFC 8422 §5.11; the library raises ValueError);
# - an x25519 secret that is all zero (RFC 8422 §5.11; see what the library does there).
#
# `group` is `"secp256r1"`, `"secp384r1"` or `"x25519"`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# RFC 8422 §5.10 has one sentence with MUST NOT about what the library gives you. Does anything have
# to be done to it?
#
# <details><summary>Hint 2: the shape</summary>
#
# Load the private key, then two ways, one for `"x25519"` and one for all others. Around both, a
# `try` with `except ValueError`.
#
# <details><summary>Hint 3: the first line</summary>
#
# `key = load_der_private_key(private_key, None)`
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_shared_secret(group: str, private_key: bytes, peer_public: bytes) -> bytes | None:
    """Return the pre-master secret, None if the peer's key does not do (RFC 8422 §5.10)."""
    ### BEGIN SOLUTION
    key = load_der_private_key(private_key, None)
    try:
        if group == "x25519":
            return key.exchange(x25519.X25519PublicKey.from_public_bytes(peer_public))
        if peer_public[:1] != b"\x04":
            return None
        peer = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, peer_public)
        return key.exchange(ec.ECDH(), peer)
    except ValueError:
        return None
    ### END SOLUTION


# %%
report = this.check("my_shared_secret")
report

# %% grade="my_shared_secret" points=5
points(report)

# %% [markdown]
# The live handshakes are rare ones: our client draws key pairs until the secret with OpenSSL begins
# with a zero byte.

# %%
live = this.live("my_shared_secret")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# A client worked for months. Then a user reports: with P-256, about one handshake in 256 ends in
# `bad_record_mac`. Which rule was broken?
#
# - **a** The length before the public key must count all of its bytes.
# - **b** Padding must be checked before a secret is used.
# - **c** A secret that is all zero must be refused.
# - **d** The secret has a constant length, so its first bytes stay even if they are zero.


# %% tags=["solution"]
def why_once_in_256() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("why_once_in_256")
report

# %% grade="why_once_in_256" points=1
points(report)

# %% [markdown]
# ## 4 · The whole exchange ★★
#
# ClientKeyExchange with ECDHE carries the client's public key (RFC 8422 §5.7), as (RFC 8422 §5.4):
#
#     struct {
#         opaque point <1..2^8-1>;
#     } ECPoint;
#
# `new_private_key()` hands you a new private key of the group, in DER. (Yours would generate one;
# this way the check can follow.) `server_public` is the server's and sound. Return a dictionary with
# `"body"` and `"pre_master_secret"`.

# %% [markdown]
# <details><summary>Hint 1: where to look</summary>
#
# How many bytes has the length of a vector whose maximum is 2^8-1? RFC 5246 §4.3. And how is a point
# written? RFC 8422 §5.4.1 for the curves; the text below ECPoint for x25519.
#
# <details><summary>Hint 2: the shape</summary>
#
# `key.public_key()` has two methods: `public_bytes_raw()` for x25519, and for the others
# `public_bytes(serialization.Encoding.X962, ...)` with one of the forms in
# `serialization.PublicFormat`.
#
# <details><summary>Hint 3: the first line</summary>
#
# `private_key = new_private_key()`: once, and for both results.
#
# </details></details></details>


# %% tags=["solution", "long"]
def my_exchange(
    new_private_key: Callable[[], bytes], group: str, server_public: bytes
) -> dict[str, bytes]:
    """Return the body of ClientKeyExchange and the pre-master secret (RFC 8422 §5.7, §5.10)."""
    ### BEGIN SOLUTION
    key = load_der_private_key(new_private_key(), None)
    if group == "x25519":
        public = key.public_key().public_bytes_raw()
        secret = key.exchange(x25519.X25519PublicKey.from_public_bytes(server_public))
    else:
        form = serialization.PublicFormat.UncompressedPoint
        public = key.public_key().public_bytes(serialization.Encoding.X962, form)
        peer = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, server_public)
        secret = key.exchange(ec.ECDH(), peer)
    return {"body": bytes([len(public)]) + public, "pre_master_secret": secret}
    ### END SOLUTION


# %%
report = this.check("my_exchange")
report

# %% grade="my_exchange" points=5
points(report)

# %%
live = this.live("my_exchange")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# What in that ClientKeyExchange is encrypted?
#
# - **a** The pre-master secret, with the server's public key.
# - **b** The client's public key, with the server's.
# - **c** The master secret.
# - **d** Nothing.


# %% tags=["solution"]
def what_is_encrypted() -> str:
    """Return "a", "b", "c" or "d"."""
    ### BEGIN SOLUTION
    return "d"
    ### END SOLUTION


# %%
report = this.check("what_is_encrypted")
report

# %% grade="what_is_encrypted" points=1
points(report)

# %% [markdown]
# ## 5 · A server that does not tell ★★★
#
# Back to RSA, on the server's side. Whoever learns *that* decryption failed can, with enough
# questions, decrypt a recorded secret. So the server goes on as if nothing had happened, with a
# secret that it drew before (RFC 5246 §7.4.7.1).
#
# `client_version` is the one that ClientHello offered, as a number; `instead` are 46 random bytes.

# %% [markdown]
# The library helps half way: where the padding is wrong, `decrypt` does not raise, but gives made-up
# bytes of a made-up length. (An older library raises ValueError there.) Length and version are for
# you to look at.
#
# <details><summary>Hint 1: where to look</summary>
#
# RFC 5246 §7.4.7.1 writes the algorithm down, twice: as it recommends it, and another way. Either is
# right here.
#
# <details><summary>Hint 2: the shape</summary>
#
# Make the secret that is used instead first. Then decrypt; one condition with two parts says which
# of the two is returned.
#
# </details></details>


# %% tags=["solution"]
def my_decrypt(private_key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Return a pre-master secret, 48 bytes, whatever comes in (RFC 5246 §7.4.7.1)."""
    ### BEGIN SOLUTION
    version = client_version.to_bytes(2, "big")
    try:
        key = load_der_private_key(private_key, None)
        secret = key.decrypt(encrypted, padding.PKCS1v15())
    except ValueError:
        return version + instead
    return secret if len(secret) == 48 and secret[:2] == version else version + instead
    ### END SOLUTION


# %%
report = this.check("my_decrypt")
report

# %% grade="my_decrypt" points=4
points(report)

# %% [markdown]
# Live it stands in our server: OpenSSL's client must get through, and somebody who sends four wrong
# ciphertexts must not be able to tell them apart.

# %%
live = this.live("my_decrypt")
live

# %%
show.ladder(live.calls, live.order)

# %% [markdown]
# ## In your own words
#
# A friend has read: *the client encrypts the pre-master secret with the public key in
# ServerKeyExchange.* What would you tell her, and why does it matter for a recording?

# %% [markdown] explain="explain-two-ways" points=2
# That mixes two key exchanges. Either the client encrypts a secret, for the key in the certificate,
# and then there is no ServerKeyExchange. Or both send a public key and compute the secret, and then
# nothing is encrypted. A certificate's key that is stolen later opens recordings of the first kind
# only: in the second the private keys were made for one handshake and are gone.
#
# **What to look for.** 1 point: encryption goes with the certificate's key, and with ECDHE nothing
# is encrypted. 1 point: forward secrecy, in whatever words: the stolen key opens RSA's recordings and
# not ECDHE's, or the ephemeral keys are gone.

# %% [markdown]
# In the last task an honest answer, *your padding is wrong*, would do harm. To whom, and how?

# %% [markdown] explain="explain-not-telling" points=2
# To people whose handshakes were recorded. The attacker changes a recorded ciphertext a little and
# sends it; each answer, padding right or wrong, tells something about the number inside. After many
# such questions the recorded secret is known, without the private key, and with it that session.
#
# **What to look for.** 1 point: it is a recorded secret of somebody else that is decrypted. 1 point:
# many questions, each answer tells a little: the server serves as an oracle.

# %% [markdown]
# **Back to** [lesson 05](../../notebooks/05_client_key_exchange.ipynb). **Next:**
# [exercise 06](../06_key_generation/06_key_generation.ipynb), where the secret becomes keys.
