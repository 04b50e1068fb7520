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
# # Two people, one handshake
#
# **You need:** [lesson 00](00_first_handshake.ipynb), and a partner with a laptop of her own. A
# third person may sit between you.<br>
# **Time:** 30 minutes.<br>
# **RFC sections:** 5246 §7.3; 5705 §4.
#
# One of you is the client, the other the server. What your side has to say comes out as text; you
# send it to each other by any chat, by mail, on a stick. No network between your programs is
# needed.

# %% [markdown]
# ## Who are you?
#
# Both open this notebook. One keeps `client`, the other writes `server`. Then each thinks of some
# **words of her own** and tells nobody: your random numbers are made from them, so whoever knows
# your words can compute your keys.

# %%
role = "client"  # or "server"
my_words = "these are not secret yet"

# %%
from tlskit import show
from tlskit.pairs import Person, Practice, read_flight
from tlskit.predictions import reveal
from tlskit.tasks import attempt

me = Person(role, my_words)
alone = Practice(me)

# %% [markdown]
# `alone` is for those who have nobody to play with: write `alone.answer()` wherever the notebook
# asks for your partner's text.

# %% [markdown]
# ## First flight
#
# All that one side sends before it has to wait is called a **flight**. The client begins.
#
# **Client:** run this cell, copy everything from `TLS flight` to `end of flight`, send it to your
# partner. **Server:** run it too; you will be told to wait.

# %%
me.flight()

# %% [markdown]
# **Server:** paste the text between the quotes below, then run both cells. **Client:** leave it as
# it is; an answer to you comes in the next section.

# %%
first_for_server = ...  # """the client's flight 1"""

# %%
if role == "server":
    print(me.take(first_for_server))

# %% [markdown]
# ## The server's answer
#
# **Question, for both, aloud.** How many messages will the server put into its flight? Lesson 00
# has the ladder; don't look yet.
#
# **Server:** run this cell and send the text. **Client:** wait.

# %%
if role == "server":
    print(me.flight())

# %% tags=["prediction"]
second_for_client = alone.answer()  ### PREDICT: """the server's flight 1"""

# %%
if role == "client":
    print(me.take(second_for_client))

# %% [markdown]
# ## The client's second flight
#
# It holds three records. The last one is the first in this conversation that is protected: your
# chat program can't read it any more.

# %%
if role == "client":
    print(attempt(me.flight, second_for_client))

# %%
third_for_server = ...  # """the client's flight 2"""

# %%
if role == "server":
    print(me.take(third_for_server))

# %% [markdown]
# ## The server finishes

# %%
if role == "server":
    print(me.flight())

# %% tags=["prediction"]
fourth_for_client = alone.answer()  ### PREDICT: """the server's flight 2"""

# %%
if role == "client":
    print(me.take(fourth_for_client))

# %% [markdown]
# ## Is it really your partner?
#
# Both ends can derive a short code from the master secret, by an **exporter** (RFC 5705 §4). Run the
# cell, and **read it to each other aloud**.
#
# **Question.** If somebody sat between you and ran a handshake with each of you, would the two
# codes be equal?

# %%
me.code()

# %% [markdown]
# Two handshakes, two master secrets, two codes. A code that you compare by voice is worth something
# because the one between you can change bytes, but hardly your partner's voice. (Six digits are few:
# who may try a million keys finds one with your code. For a game it will do.)

# %%
show.ladder(me.calls, me.order)

# %% [markdown]
# ## Say something
#
# Change the words; send the flight; paste what you get. The one who carries the text sees that it is
# application data and how long it is, and nothing else.

# %%
if me.done:
    me.say(f"greetings from the {role}")
    print(me.flight())

# %% tags=["prediction"]
answer = alone.answer("greetings from nobody")  ### PREDICT: """your partner's next flight"""

# %%
print(me.take(answer))
me.heard()

# %% [markdown]
# ## Three of you: one in the middle
#
# Start again from the top (restart the kernel), with new words. This time every text goes through the
# third person, who may read it and change it. **Third:** open this notebook as well, run its first two
# cells, and put the client's flight 1 in place of the right side below, between triple quotes.

# %%
caught_text = str(Person("client", "somebody you listen to").flight())
caught = read_flight(caught_text)

# %% [markdown]
# Leave out the five bytes of the record's header, and this is what the client asks for:

# %%
show.explore_bytes(caught.data[5:], field="cipher_suites")

# %% [markdown]
# **Task for the third.** Change one byte, and pass the text below on in place of the one you caught.
# It is a whole flight with a new check, so that it looks like any other. Byte 20 lies in the client's
# random (with the header, bytes 11 to 42).

# %%
caught.but(at=20, value=0)

# %% [markdown]
# From here on the third hands every text on as it is. **Predict,** all three: who will notice?

# %% tags=["prediction"]
noticed = "client"  ### PREDICT: who refuses first, the "server" or, later, the "client"?


# %%
def who_notices(at, value):
    client, server = Person("client", "somebody you listen to"), Person("server", "another")
    at_server = server.take(client.flight().but(at, value))
    at_client = client.take(server.flight())
    return ("server", at_server) if at_server.verdict == "refused" else ("client", at_client)


# %%
reveal(
    noticed,
    lambda: who_notices(20, 0)[0],
    {"server": "Any 32 bytes are a good random: the server has nothing to compare them with yet."},
    figure=lambda: who_notices(20, 0)[1],
)

# %% [markdown]
# **Task for the third, harder.** Don't change: take part. Be a server for the client, with a
# certificate that you made yourself, and a client for the server. How far do you come? (Here all of
# it is in one cell; with three laptops, paste the real flights, and send `middle.flight()`.)

# %%
from tlskit.faulty_pki import faulty

own = faulty("self_signed")
victim = Person("client", "a careful client")
middle = Person("server", "mine", credentials=(own,))
middle.take(victim.flight())
victim.take(middle.flight())

# %% [markdown]
# The client asks who vouches for the certificate, and nobody does whom it knows. Without that refusal
# she would sit between the two, and only the code read aloud would show it.
# [Lesson 03](03_certificate.ipynb) takes it apart, and [lesson 04](04_server_key_exchange.ipynb) what
# happens if she shows the server's real certificate.
#
# ## What we did
#
# - A handshake passed through a chat, in four flights.
# - The carrier could read the first two; from ChangeCipherSpec on she saw lengths.
# - Changing a byte was easy, and was noticed; taking part failed at the certificate.
#
# **Next:** the [index](index.ipynb).
