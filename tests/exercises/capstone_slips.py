"""Slips in the capstone's solution: what is replaced, by what, and how it is told."""

from tlskit.exercises import capstone_broken as B
from tlskit.exercises import capstone_served as S

# ---- my_fetch, broken

CHECK_CHAIN = "policy.build_server_verifier(x509.DNSName(host)).verify(chain[0], chain[1:])"
LAST = 'last = finished(hash_name, master, b"client finished", messages)'
SENT = 'flight = record(22, messages[-1]) + record(20, b"\\x01")'
FETCHED = {
    "no record": ("exchange(record(22, hello))", "exchange(hello)", B.NO_RECORD),
    "another type": ("exchange(record(22, hello))", "exchange(record(23, hello))", B.NOT_HANDSHAKE),
    "nothing": ("exchange(record(22, hello))", 'exchange(b"")', B.NOTHING_SENT),
    "the record's version": (
        'bytes([kind]) + b"\\x03\\x03" + vector(2, fragment)',
        'bytes([kind]) + b"\\x01\\x03" + vector(2, fragment)',
        B.RECORD_VERSION,
    ),
    "the record's length": (
        'b"\\x03\\x03" + vector(2, fragment)',
        'b"\\x03\\x03" + (len(fragment) + 5).to_bytes(2, "big") + fragment',
        B.RECORD_LENGTH,
    ),
    "the message's length": (
        "bytes([kind]) + vector(3, body)",
        'bytes([kind]) + (len(body) + 4).to_bytes(3, "big") + body',
        B.MESSAGE_LENGTH,
    ),
    "the message's type": ("return message(1, body", "return message(2, body", B.NOT_HELLO),
    "an extension's length": (
        '13: vector(2, bytes.fromhex("0403 0804 0401"))',
        '13: bytes.fromhex("0403 0804 0401")',
        "Your ClientHello can't be read",
    ),
    "one random for all": (
        "client_random = os.urandom(32)",
        "client_random = bytes(32)",
        B.SAME_RANDOM,
    ),
    "no groups": ('        10: vector(2, bytes.fromhex("001d 0017")),\n', "", B.NO_GROUPS),
    "no schemes": ('        13: vector(2, bytes.fromhex("0403 0804 0401")),\n', "", B.NO_SCHEMES),
    "suites too few": (
        'code.to_bytes(2, "big") for code in SUITES)',
        'code.to_bytes(2, "big") for code in (0x9C, 0x9D))',
        "OpenSSL sent handshake_failure",
    ),
    "all refused": (CHECK_CHAIN, 'raise ValueError("no")', "You refuse a server"),
    "stops": (
        "bodies = {one[0]: one[4:] for one in messages}\n    try",
        "return b'?'\n    try",
        B.STOPPED,
    ),
    "no ClientKeyExchange": (SENT, 'flight = record(20, b"\\x01")', B.NO_KEY_EXCHANGE),
    "no ChangeCipherSpec": (SENT, "flight = record(22, messages[-1])", B.NO_CCS),
    "ChangeCipherSpec as a message": (
        SENT,
        'flight = record(22, messages[-1]) + record(22, b"\\x01")',
        B.CCS_AS_MESSAGE,
    ),
    "Finished in the clear": (
        "record(22, protect(mine, 0, 22, last))",
        "record(22, last)",
        B.PLAIN,
    ),
    "no Finished": ("flight + record(22, protect(mine, 0, 22, last))", "flight", B.NO_FINISHED),
    "Finished as data": (
        "record(22, protect(mine, 0, 22, last))",
        "record(23, protect(mine, 0, 23, last))",
        B.FINISHED_TYPE,
    ),
    "randoms not swapped": ("randoms[32:] + randoms[:32]", "randoms", "alert bad_record_mac"),
    "the wrong label": (LAST, LAST.replace("client", "server"), "alert decrypt_error"),
    "its own key exchange left out": (
        LAST,
        LAST.replace("messages)", "messages[:-1])"),
        "alert decrypt_error",
    ),
    "the number again": (
        "protect(mine, 1, 23, request)",
        "protect(mine, 0, 23, request)",
        B.REQUEST_LOST,
    ),
    "no request": (
        "answer = exchange(record(23, protect(mine, 1, 23, request)))",
        'return b"?"',
        B.NO_REQUEST,
    ),
    "another request": ("mine, 1, 23, request)", "mine, 1, 23, request[:-1])", B.OTHER_REQUEST),
    "one record only": (
        "enumerate(cut_records(answer), 1)",
        "enumerate(cut_records(answer)[:1], 1)",
        B.FIRST_ONLY,
    ),
    "the alert, too": (
        "for kind, content in opened if kind == 23",
        "for kind, content in opened",
        B.WITH_ALERT,
    ),
    "another page": (
        'return b"".join(content for',
        'return b"?" + b"".join(content for',
        B.OTHER_PAGE,
    ),
    "no chain verified": (CHECK_CHAIN, "pass", B.NOTHING_CHECKED[B.BY_CHAIN]),
    "any host": (
        "x509.DNSName(host)",
        "chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value[0]",
        B.FOOLED["another host"],
    ),
    "no signature verified": (
        "by_ecdhe(signed_params(bodies[12], randoms, key))",
        "by_ecdhe(bodies[12][: 4 + bodies[12][3]])",
        B.NOTHING_CHECKED[B.BY_SIGNATURE],
    ),
    "randoms left out": (
        "signed_params(bodies[12], randoms, key)",
        'signed_params(bodies[12], b"", key)',
        "You refuse a server",
    ),
    "no Finished compared": (
        "if unprotect(theirs, 0, kind, fragment) != wanted:",
        "if False:",
        B.NOTHING_CHECKED[B.BY_FINISHED],
    ),
    "any label": (
        "[*messages, last])\n        if unprotect",
        "[*messages, last])\n        if False and unprotect",
        B.NOTHING_CHECKED[B.BY_FINISHED],
    ),
    "good Finished refused": (
        'b"server finished", [*messages, last])\n        if',
        'b"server finished", messages)\n        if',
        B.REFUSED_FINISHED,
    ),
    "raises": (
        "except (ValueError, InvalidSignature",
        "except (ValueError, KeyError",
        "raise InvalidSignature",
    ),
}

# ---- my_serve, broken

SIGNED = "signer.sign(randoms + params,"
SERVED = {
    "speaks first": ('exchange(b"")', 'exchange(b"hello")', S.ASK_FIRST),
    "no records": (
        "record(22, one) for one in messages[1:]",
        "one for one in messages[1:]",
        S.NOT_RECORDS,
    ),
    "no ServerHelloDone": ('        message(14, b""),\n', "", S.MESSAGES),
    "randoms not signed": (SIGNED, "signer.sign(params,", "alert decrypt_error"),
    "the leaf alone": (
        "for one in chain)",
        "for one in chain[:1])",
        "Certificate lacks the intermediate",
    ),
    "what was not asked for": (
        'if extended else b"")\n',
        'if extended else b"") + b"\\x00\\x10\\x00\\x00"\n',
        "to your first flight",
    ),
    "no renegotiation_info": (
        'b"\\xff\\x01\\x00\\x01\\x00" + (',
        'b"" + (',
        S.NO_RENEGOTIATION_INFO,
    ),
    "no ChangeCipherSpec": ('exchange(record(20, b"\\x01") + ', "exchange(", B.NO_CCS),
    "Finished in the clear": ("protect(mine, 0, 22, last)", "last", B.PLAIN),
    "the client's left out": ("[*messages, wanted])", "messages)", S.NOT_EQUAL),
    "another number": ("protect(mine, 0, 22, last)", "protect(mine, 1, 22, last)", S.NO_OPEN),
    "no page": ("exchange(record(23, protect(mine, 1, 23, page)) + goodbye)", "pass", S.NO_PAGE),
    "the number again": ("protect(mine, 1, 23, page)", "protect(mine, 0, 23, page)", S.PAGE_LOST),
    "another result": (
        "return unprotect(theirs, 1, kind, fragment)",
        "return fragment",
        S.OTHER_REQUEST,
    ),
    "any client": (
        "if unprotect(theirs, 0, kind, fragment) != wanted:\n        return b",
        "if False:\n        return b",
        S.FOOLED,
    ),
    "stops": (
        'answer = exchange(b"".join',
        "return b'?'\n    answer = exchange(b\"\".join",
        S.STOPPED,
    ),
    "reads with its own keys": ("theirs, mine = cut_keys", "mine, theirs = cut_keys", S.NOT_OPENED),
}
