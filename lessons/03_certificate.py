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
# # 03 · Certificate
#
# > *The server sends its certificate. If it is valid, the client knows whom it is talking to.*
#
# **You need:** lesson 00; lesson 02 helps.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.4.2, §7.2.2, App. F.1.1.2; 5280 §4.1, §6.1; 9525 §6.3.
#
# We will take a chain of certificates apart, walk it from one end to the other, break it in eight
# ways, and then test the sentence above: with a server that shows somebody else's certificate.
# Where a cell says *predict first* or *write … first*, it waits for you.

# %%
from tlskit import show

show.recall("03")

# %%
from tlskit import pki, tls12
from tlskit.checkpoints import checkpoint
from tlskit.checks import lesson_03 as check
from tlskit.labs import certificate_chains as lab
from tlskit.lesson import HOST
from tlskit.predictions import reveal
from tlskit.tasks import attempt

now = checkpoint("receive_certificate")

# %% [markdown]
# ## A chain
#
# A **certificate** is a signed statement: *this public key belongs to this name*. Whoever signs it
# is a **certification authority**, or CA. Our server's certificate, the **leaf**, was signed by an
# **intermediate**; the intermediate's certificate was signed by a **root**. The client has a few
# roots that it believes without proof.
#
# So three certificates lead from what our client believes to our server's key: a **chain**. (`now`
# is a recorded handshake, stopped where the client receives this.) **Question.** How many of the
# three does the server send in its Certificate message?

# %% tags=["prediction"]
sent = 2  ### PREDICT: how many certificates are in the message?

# %%
reveal(
    sent,
    lambda: len(now.after.peer_chain),
    {
        3: "The root is left out: whoever believes it has it already.",
        1: "Then the client could not get from the leaf to its root: it knows roots only.",
    },
    figure=lambda: show.chain(now.after.peer_chain, HOST, pki.trust(), pki.NOW),
)

# %% [markdown]
# <details><summary>After you predicted: why that many?</summary>
#
# A root in the message would prove nothing, for anybody can make one. What counts is that the
# client had it before. So the server may leave it out (RFC 5246 §7.4.2), and ours does.
# </details>
#
# What stands in a certificate? Here is the leaf of another chain, whose days are as in real life,
# decoded by the `cryptography` library.

# %%
chain = lab.dated_chain()
certificates = lab.certificates_of(chain)
roots = list(pki.trust().roots)
leaf = certificates[0]
leaf.subject.rfc4514_string(), leaf.issuer.rfc4514_string()

# %%
print("valid:", leaf.not_valid_before_utc.date(), "to", leaf.not_valid_after_utc.date())
print("public key:", leaf.public_key().key_size, "bits; signature:", len(leaf.signature), "bytes")
print("in all:", len(chain[0]), "bytes; our name begins at byte", chain[0].index(HOST.encode()))

# %% [markdown]
# The **subject** is whom the certificate speaks of, the **issuer** who signed it. Then come the
# days on which it is valid, a public key (2048 bits, RSA) and *extensions*: the host names, and
# what the key may be used for. All of that is signed, and the signature, 256 bytes, stands behind
# it (RFC 5280 §4.1, §4.2.1).
#
# That public key is the leaf's. The signature was made with *another* key: the issuer's.

# %% [markdown]
# ## Task 1: walk it
#
# Both lists hold certificates, like `leaf` above. Start at the leaf; the next one on your path is
# that whose `subject` is the last one's `issuer`. Look for it among the `candidates`: those that
# were sent, then your roots. Stop at a root of yours, or where no name fits. And take none twice:
# whoever signs himself is his own issuer.


# %% tags=["task"]
def my_walk(certificates, roots):
    """Return a list: the leaf, its issuer, its issuer's issuer, and so on."""
    path = [certificates[0]]
    candidates = [*certificates[1:], *roots]
    ### BEGIN SOLUTION
    for one in candidates:
        if path[-1] not in roots and one.subject == path[-1].issuer:
            path.append(one)
    return path
    ### END SOLUTION


# %%
check.walk(my_walk)

# %% [markdown]
# <details><summary>Three hints</summary>
#
# 1. `path[-1]` is the last one so far, and `path.append(one)` goes one further.
# 2. The server must send them in order (RFC 5246 §7.4.2), so once through the candidates is enough.
# 3. Two names can be compared with `==`, and `one in roots` works.
# </details>

# %%
attempt(lambda: check.walked(my_walk, certificates, roots), my_walk)

# %% [markdown]
# Where does your walk end? Now a **missing intermediate**: the server's owner forgot to send it.
# Some browsers know it from elsewhere, so the owner sees nothing wrong; a program with Python's
# `ssl` fails. And your walk?

# %%
attempt(lambda: check.walked(my_walk, certificates[:1], roots), my_walk)

# %% [markdown]
# It can't go on: the leaf's issuer is neither there nor among the roots. This is the first of three
# failures that everybody meets one day.
#
# ## Task 2: the name
#
# The second one is a **wrong name**. A chain may be whole, and not *for the server that we wanted*.
# A certificate lists names, and one of them must stand for the host. The rule, in full:
#
# - capitals don't matter;
# - a name stands for itself, not for others below it;
# - `*`, if it is the whole first label (the part before the first dot), stands for exactly one
#   label.


# %% tags=["task"]
def my_name_matches(pattern, host):
    """Tell whether a certificate's name stands for the host: True or False."""
    ### BEGIN SOLUTION
    pattern, host = pattern.lower(), host.lower()
    first, _, rest = pattern.partition(".")
    return pattern == host or (first == "*" and host.partition(".")[2] == rest)
    ### END SOLUTION


# %%
check.name_matches(my_name_matches)

# %% [markdown]
# <details><summary>Three hints</summary>
#
# 1. `"a.b.c".partition(".")` is `("a", ".", "b.c")`.
# 2. Two cases, with `or` between them: the same name, or a `*` in front.
# 3. With a `*` in front, everything behind the first dot must be equal.
# </details>
#
# The rule is RFC 9525 §6.3. An older text, RFC 6125 §6.4.3, let a client accept
# `w*.course.example` too. The names are those of an extension; the subject does not count
# (RFC 9525 §2).

# %% [markdown]
# A side that refuses says so in an **alert**: two bytes, of which the second is the reason
# (RFC 5246 §7.2). Here comes a sound chain, honestly signed, for `www.course.example`. Our client
# asked for `signal.course.example`. **Question.** With which alert does it refuse: `wrong_name`,
# `unknown_ca`, `decrypt_error` or `bad_certificate`?

# %% tags=["prediction"]
name_alert = "bad_certificate"  ### PREDICT: one of these four alerts

# %%
reveal(
    name_alert,
    lambda: lab.our_alert("wrong_name"),
    {
        "wrong_name": "There is no such alert: RFC 5246 §7.2.2 has none for a wrong name.",
        "unknown_ca": "The CA is known, and vouches for this server. It is just another server.",
        "decrypt_error": "Nothing was decrypted, and every signature is right.",
    },
)

# %% [markdown]
# An alert often says less than the log of whoever sent it.
#
# ## The third failure: the date
#
# This is the chain that you walked. Its leaf is valid for half a year, its intermediate for one
# year, its root until 2100. **Question.** The clock moves on from March 2026, and one day our
# verifier says no. Which of the three ends it? (With the answer comes a table of all three failures
# and their alerts: ours, and what OpenSSL's client really sends.)

# %%
for one in [*certificates, *roots]:
    print(one.not_valid_after_utc.date(), one.subject.rfc4514_string())

# %% tags=["prediction"]
ends_it = "intermediate"  ### PREDICT: "leaf", "intermediate" or "root"?

# %%
reveal(
    ends_it,
    lambda: lab.first_to_end(chain),
    {
        "leaf": "The leaf has still two months then. But what it hangs on is over.",
        "root": "Long before that another one is over.",
    },
    figure=lambda: show.table(lab.ALERTS_HEAD, lab.alerts(lab.TAUGHT)),
)

# %% [markdown]
# Now move the clock yourself, and find the first and the last day on which the whole chain is good.
# (By keyboard: Tab to *Clock back* or *Clock forward*, Space moves it.) *Chain* puts the other two
# failures under the same clock.

# %%
chains = {
    "sound": chain,
    "without its intermediate": chain[:1],
    "of another host": lab.dated_chain("www.course.example"),
}
show.chain_clock(chains, HOST, pki.trust(), pki.NOW)

# %% [markdown]
# The same with a fixed clock: New Year's Day 2026. Change the date to your first and your last good
# day and look whether you were right.

# %%
from datetime import UTC, datetime

show.chain(chain, HOST, pki.trust(), datetime(2026, 1, 1, tzinfo=UTC))

# %% [markdown]
# Every certificate of the path must be valid *now* (RFC 5280 §6.1.3; our verifier asks it of the
# root too). Too early is refused like too late: the alert stands for a certificate that "has
# expired or is not currently valid" (RFC 5246 §7.2.2). And the clock is the client's own: whoever
# can turn it back can show old certificates.

# %% [markdown]
# ## Five to diagnose
#
# Five servers, each with one fault: unknown CA, self-signed, wrong usage, not yet valid, bad
# signature. You see what their certificates say, and no verdict. *Chain* has the cases A to E.
#
# <details><summary>A hint</summary>
#
# Four of the faults can be read. If all that you can read is right, think of what one must compute.
# </details>

# %%
cases = {letter: lab.case(letter) for letter in "ABCDE"}
show.chain_clock(cases, HOST, pki.trust(), pki.NOW, judge=False)

# %% [markdown]
# The same without a list: change the letter.

# %%
show.chain(cases["A"], HOST, pki.trust(), pki.NOW, judge=False)

# %% tags=["prediction"]
case_a = "wrong usage"  ### PREDICT: one of the five, in quotation marks
case_b = "self-signed"  ### PREDICT: one of the five
case_c = "bad signature"  ### PREDICT: one of the five
case_d = "unknown CA"  ### PREDICT: one of the five
case_e = "not yet valid"  ### PREDICT: one of the five

# %%
check.deck(case_a, case_b, case_c, case_d, case_e)

# %% [markdown]
# Once you have diagnosed all five: what our client says to each, what OpenSSL's client really says
# to such a server, and what the RFC says. In two rows OpenSSL sends another alert than ours.

# %%
five = (case_a, case_b, case_c, case_d, case_e)
attempt(lambda: show.table(lab.ALERTS_HEAD, lab.alerts(lab.CASES.values())), *five)

# %% [markdown]
# ## Task 3: a client that believes everything
#
# Our client checks the chain with one function, `verify_chain`. You can put your own in its place.
# Write one that takes the leaf and says yes to whatever comes: no walk, no name, no date. (People
# do this, to get rid of an error.)
#
# `chain` is what was sent, the leaf first, each certificate as bytes.
# `x509.load_der_x509_certificate` decodes one.

# %% tags=["task"]
from cryptography import x509


def my_verify_chain(chain, server_name, trust, now):
    """Return the leaf, decoded from chain[0], without any question."""
    ### BEGIN SOLUTION
    return x509.load_der_x509_certificate(chain[0])
    ### END SOLUTION


# %%
check.believes(my_verify_chain)

# %% [markdown]
# Somebody stands between the client and `signal.course.example`. He has an honest certificate, for
# his own host. Our client, with your verifier, opens the connection and sends its request. What
# does he get to read?

# %%
from tlskit.faulty_pki import faulty

his = faulty("wrong_name", "rsa")
met = attempt(lambda: lab.meet(his, my_verify_chain), my_verify_chain)
attempt(lambda: met.heard, met)

# %% [markdown]
# The handshake itself was perfect: with the wrong one. Now give your client back what you wrote,
# the name alone, the walk alone. Eight faulty servers, four clients: who believes whom?

# %%
clients = {
    "believes everything": my_verify_chain,
    "your names": lab.only_the_names(my_name_matches),
    "your walk": lab.only_the_walk(check.stopped(my_walk)),
    "our verifier": None,
}
written = my_verify_chain, my_name_matches, my_walk
compared = attempt(lambda: lab.beside_each_other(clients), *written)
attempt(lambda: show.table(("server", *clients), compared), compared)

# %% [markdown]
# Each check catches its own faults and no other. Find the row *bad signature*: to your walk the
# chain is fine, for a name is easily written. What makes a link of the chain is the issuer's
# signature under it (RFC 5280 §6.1.3).

# %% [markdown]
# ## The surprise: somebody else's certificate
#
# Now the sentence from the top, with *our* verifier and every check on. An impostor has connected
# to the real server once and kept its Certificate message. The server's private key he does not
# have. He sends the chain as his own.

# %%
impostor = lab.impostor(lab.ECDHE)
copied = lab.certificate_message(impostor.run)
copied == now.message, len(copied)

# %% [markdown]
# The same bytes as the genuine ones. **Question.** We hand his message to the client's step,
# `receive_certificate`. Does it pass?

# %% tags=["prediction"]
passes = True  ### PREDICT: True or False: does this step accept the impostor's message?

# %%
reveal(
    passes,
    lambda: lab.passes(tls12.CLIENT_STEPS.receive_certificate, now.state, copied),
    {False: "Which check could fail? Name, dates, usage and signatures are the real server's."},
)

# %% [markdown]
# <details><summary>After you predicted: why?</summary>
#
# A certificate is public: the server sends it to whoever asks. Equal bytes get equal answers.
# </details>
#
# We let the whole handshake run. **Question.** The suite is ECDHE_RSA. Which message of the
# impostor does our client refuse in the end: `Certificate`, `ServerKeyExchange`, `ServerHelloDone`,
# `Finished` or `none`?

# %% tags=["prediction"]
refused_ecdhe = "ServerKeyExchange"  ### PREDICT: a message of his, by its name, or "none"

# %%
reveal(
    refused_ecdhe,
    lambda: lab.title_of(impostor.at),
    {
        "none": "Then a certificate would be worth nothing.",
        "Certificate": "It is the genuine one, byte for byte.",
        "Finished": "It would fail there too, but something comes before it that he must sign.",
        "ServerHelloDone": "That one is four bytes, the same from everybody.",
    },
    figure=lambda: show.ladder(impostor.run.calls, tls12.FULL),
)

# %% [markdown]
# And with RSA key transport? There the client encrypts its secret for the key in the certificate.
# The impostor can't decrypt it: he makes up a secret and plays on as if all were well.
# **Question.** Which of his messages is refused now: `Certificate`, `ServerHelloDone`,
# `ChangeCipherSpec`, `Finished` or `none`?

# %% tags=["prediction"]
refused_rsa = "Finished"  ### PREDICT: again a message of his, or "none"

# %%
reveal(
    refused_rsa,
    lambda: lab.title_of(lab.impostor(lab.RSA).at),
    {
        "none": "His keys are not the client's, so something of his must fail to open.",
        "Certificate": "It is the genuine one, as before.",
        "ServerKeyExchange": "RSA key transport has no such message: the server signs nothing.",
        "ServerHelloDone": "It has no body, and nothing in it depends on a key.",
        "ChangeCipherSpec": "One byte, 01, in the clear: anybody can send it.",
    },
    figure=lambda: show.ladder(lab.impostor(lab.RSA).run.calls, tls12.FULL),
)

# %% [markdown]
# <details><summary>After you predicted: who is really there, and when do we know?</summary>
#
# | | what proves possession of the key | step |
# |---|---|---|
# | ECDHE | the signature in ServerKeyExchange | between 3 and 4 |
# | RSA | the server's Finished: only whoever could decrypt has the keys | 8 |
#
# With RSA, by decoding the secret and sending a correct Finished, "the server demonstrates that it
# knows the private key" (RFC 5246 App. F.1.1.2; for ECDHE see RFC 8422 §5.4). Until then the client
# may have talked to a stranger, and sends no data.
# </details>

# %% [markdown]
# ## What we do not check
#
# - **Revocation**: if the server's key is stolen, its CA revokes the certificate. RFC 5280 §6.1.3
#   asks us to look. Our verifier reads no revocation list (nor does Python's `ssl` unless told to),
#   and our client asks the server for no status (RFC 6066 §8). The thief passes this step, and *has*
#   the key, so he passes all others too.
# - **Transparency**: a CA that signs for the wrong person fools us. Most browsers want proof that a
#   certificate stands in a public log (RFC 9162), where its mistake would be seen; we don't ask.
# - Our verifier knows no more than the roots it was given. Whom they vouch for is their business.

# %% [markdown]
# ## What the bytes said about it
#
# *If the certificate is valid, the client knows whom it is talking to.* It does not. It knows
# **whose key to ask for**: a CA vouches, until a certain day, that this key belongs to this name.
# The same bytes came from the server and from the impostor. Who *has* the key is shown later, by
# the two messages that you predicted: one with ECDHE, another with RSA.

# %%
show.ladder(now.run.calls, now.run.order, today=("certificate",))

# %% [markdown]
# ## What an attacker gains if you skip this
#
# Skip the **name**, and whoever has an honest certificate for any host can stand in the middle.
# Skip the **walk** or the signatures on it, and nobody needs even that: he signs for himself. Skip
# the **dates**, and a key that leaked years ago is good for ever. You saw what he then reads: your
# request, decrypted.
#
# And skip what comes *after* this step, and all of step 3 was for nothing.

# %% [markdown]
# ## Optional: a root with our root's name
#
# Anybody can call his root *tlskit course root (RSA)*. Here is a whole chain below such a root,
# and what our verifier says. Does your walk notice?

# %%
forged = faulty("impostor", "rsa").chain
show.chain(forged, HOST, pki.trust(), pki.NOW)

# %%
fooled = attempt(lambda: my_walk(lab.certificates_of(forged), roots), my_walk)
attempt(lambda: fooled[-1] == roots[0], fooled)

# %% [markdown]
# By names alone the walk ends at *our* root. The key tells: the signature on the intermediate does
# not verify with the key that we have under this name. Its *key identifier* (RFC 5280 §4.2.1.1)
# names another key too, and so our verifier finds the issuer nowhere.

# %% [markdown]
# ## Stretch ★★
#
# Write a verifier of your own: your walk, each signature on it, each date, the name. Then find out
# which of the eight you still believe, and why.
#
# You may use `lab.certificates_of(chain)`, `list(trust.roots)`, `lab.names_of(leaf)` and
# `child.verify_directly_issued_by(issuer)`, which raises an error if the signature is not the
# issuer's. Days are compared with `<=`, as `leaf.not_valid_before_utc <= now`. To refuse,
# `raise ValueError("why")`.


# %% tags=["task"]
def my_own_verifier(chain, server_name, trust, now):
    """Return the leaf if it is to be believed; raise ValueError if not."""
    ### BEGIN SOLUTION
    path = my_walk(lab.certificates_of(chain), trust.roots)
    for at, child in enumerate(path[:-1]):
        child.verify_directly_issued_by(path[at + 1])
    days = all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in path)
    name = any(my_name_matches(name, server_name) for name in lab.names_of(path[0]))
    if not (path[-1] in trust.roots and days and name):
        raise ValueError("no root of ours, not valid today, or another host")
    return path[0]
    ### END SOLUTION


# %%
mine = {"your verifier": lab.refusing(my_own_verifier), "our verifier": None}
judged = attempt(lambda: lab.beside_each_other(mine), my_own_verifier, my_walk, my_name_matches)
attempt(lambda: show.table(("server", *mine), judged), judged)

# %% [markdown]
# **Next:** the message that is not in the nine, and what it proves:
# [04 · ServerKeyExchange](04_server_key_exchange.ipynb).
#
# **Write it yourself:** [exercise 03](../exercises/03_certificate/03_certificate.ipynb), verify a chain and a name.
